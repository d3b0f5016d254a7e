"""The table of slips, in the order in which they are looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from multilayer.web.slips import backward, forward
from multilayer.web.slips.calculation import Steps, Work
from multilayer.web.slips.variant import Variant

__all__ = ["SLIPS", "Slip"]


@dataclass(frozen=True)
class Slip:
    """One mistake; `variants` yields it for each place of a network where it makes a difference."""

    name: str
    variants: Callable[[Work, Steps], Iterator[Variant]]


SLIPS: tuple[Slip, ...] = (
    Slip("a for z", forward.a_for_z),
    Slip("a for z in dW", backward.a_for_z_in_dW),
    Slip("not applied", forward.not_applied),
    Slip("applied twice", forward.twice),
    Slip("another layer's activation", forward.of_another_layer),
    Slip("W transposed", forward.transposed),
    Slip("carried by W", backward.carried_by_W),
    Slip("bias forgotten", forward.bias_forgotten),
    Slip("bias twice", forward.bias_twice),
    Slip("softmax over rows", forward.softmax_over_rows),
    Slip("softmax without maximum", forward.softmax_without_maximum),
    Slip("slope at z", backward.slope_at_z),
    Slip("slope at a", backward.slope_at_a),
    Slip("without output slope", backward.without_output_slope),
    Slip("output slope twice", backward.output_slope_twice),
    Slip("without hidden slope", backward.without_hidden_slope),
    Slip("sigmoid's slope", backward.sigmoids_slope),
    Slip("updated too early", backward.updated_too_early),
    Slip("sum for mean", backward.sum_for_mean),
    Slip("half", backward.half),
    Slip("mean over outputs", backward.mean_over_outputs),
    Slip("sign", backward.sign),
)
