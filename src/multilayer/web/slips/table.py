"""The table of slips, in the order in which they are looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from multilayer._base.translation import N_
from multilayer.web.slips import backward, forward
from multilayer.web.slips.calculation import Steps, Work
from multilayer.web.slips.variant import Variant

__all__ = ["SLIPS", "Slip"]


@dataclass(frozen=True)
class Slip:
    """One mistake; `variants` yields it for each place of a network where it makes a difference."""

    name: str
    variants: Callable[[Work, Steps], Iterator[Variant]]
    advice: str
    """What to do next, as a template."""


SLIPS: tuple[Slip, ...] = (
    Slip("a for z", forward.a_for_z, N_("Apply h before you go on: the next layer takes z = h(a).")),
    Slip(
        "a for z in dW",
        backward.a_for_z_in_dW,
        N_(
            "Take the outputs of the layer before, after its activation: dW = x.T da with x = z of that layer."
        ),
    ),
    Slip(
        "not applied",
        forward.not_applied,
        N_("Apply the activation of the layer to each weighted sum: z = h(a)."),
    ),
    Slip(
        "applied twice",
        forward.twice,
        N_("Apply the activation once. What the next layer takes is z as it is."),
    ),
    Slip(
        "another layer's activation",
        forward.of_another_layer,
        N_("Each layer has its own activation: See names it beside each layer."),
    ),
    Slip(
        "W transposed",
        forward.transposed,
        N_(
            "Write the shapes beside it: W is (inputs, units), w_ij stands in row i and column j, and a = x W + b."
        ),
    ),
    Slip(
        "carried by W",
        backward.carried_by_W,
        N_("Write the shapes beside it: forwards it is x W, and back it is da W.T."),
    ),
    Slip("bias forgotten", forward.bias_forgotten, N_("Add the bias of each unit to its sum: a = x W + b.")),
    Slip("bias twice", forward.bias_twice, N_("Add the bias of each unit once for each row: a = x W + b.")),
    Slip(
        "softmax over rows",
        forward.softmax_over_rows,
        N_("Take the exponentials of one row, divide them by their own sum, and go on to the next row."),
    ),
    Slip(
        "softmax without maximum",
        forward.softmax_without_maximum,
        N_("Subtract the largest a of the row before exp. The outputs stay the same."),
    ),
    Slip(
        "slope at z",
        backward.slope_at_z,
        N_("Take h' at the weighted sum, which is before the activation: da = dz h'(a)."),
    ),
    Slip(
        "slope at a",
        backward.slope_at_a,
        N_("What is written in z, such as z (1 - z), takes z; what is written in a takes a."),
    ),
    Slip(
        "without output slope",
        backward.without_output_slope,
        N_("Multiply by h' of the output layer, too: da = dz h'(a)."),
    ),
    Slip(
        "output slope twice",
        backward.output_slope_twice,
        N_(
            "z - y is da already, where loss and output belong together. Multiply by h' in the hidden layers only."
        ),
    ),
    Slip(
        "without hidden slope",
        backward.without_hidden_slope,
        N_("Multiply what comes back by h'(a) of the layer before you go on: da = dz h'(a)."),
    ),
    Slip(
        "sigmoid's slope",
        backward.sigmoids_slope,
        N_("Take the derivative of the layer's own activation: Activations shows its formula."),
    ),
    Slip(
        "updated too early",
        backward.updated_too_early,
        N_("Compute all gradients with the old weights first. Update afterwards."),
    ),
    Slip("sum for mean", backward.sum_for_mean, N_("Divide by the number of rows exactly once.")),
    Slip(
        "half",
        backward.half,
        N_("Choose the loss that you mean above, or take its formula as it stands there."),
    ),
    Slip(
        "mean over outputs",
        backward.mean_over_outputs,
        N_("Choose the loss that you mean above, or take its formula as it stands there."),
    ),
    Slip("sign", backward.sign, N_("Begin with z - y, and subtract the gradient in the update.")),
)
