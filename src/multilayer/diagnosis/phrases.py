"""What sentences of a diagnosis are filled with: numbers of units, columns, classes, and the caller's options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_, translated
from multilayer.diagnosis.evidence import Caller, Evidence, TrainingRecord

__all__ = [
    "class_label",
    "columns",
    "ending",
    "numbers",
    "one_based",
    "options",
    "ranges",
    "rate_of",
    "scores",
    "sentence",
    "sentences",
    "unknown",
]

_LONGEST = 2000
_SHOWN = 6
_RANGES = 12

_OPTIONS: Mapping[str, tuple[str, str, str]] = {
    "learning_rate": ("learning_rate_init", N_("the optimizer's learning_rate"), N_("the optimizer's lr")),
    "decay": ("learning_rate='adaptive'", "schedule=Cosine()", "torch.optim.lr_scheduler.CosineAnnealingLR"),
    "lbfgs": ("solver='lbfgs'", "optimizer=LBFGS()", "torch.optim.LBFGS"),
    "epochs": ("epochs (max_iter)", "epochs", "epochs"),
    "patience": ("n_iter_no_change", "EarlyStopping.patience", "patience"),
    "tolerance": ("tol", "EarlyStopping.tolerance", "tolerance"),
    "early_stopping": (
        "early_stopping=True",
        "stopping=EarlyStopping()",
        N_("those of the least validation loss"),
    ),
    "validation": (
        "early_stopping=True",
        "validation=0.1",
        N_("validation data, and give course=History(loss=[...], validation_loss=[...])"),
    ),
    "l2": (N_("alpha (L2 penalty)"), N_("l2 (L2 penalty)"), N_("the optimizer's weight_decay")),
    "penalty": ("alpha", N_("l2 and the optimizer's weight_decay"), N_("the optimizer's weight_decay")),
    "clipping": (
        "multilayer.fit(clip=ClipByNorm(1.0))",
        "clip=ClipByNorm(1.0)",
        "torch.nn.utils.clip_grad_norm_",
    ),
    "class_weight": (
        "sample_weight=compute_sample_weight('balanced', y)",
        "class_weight='balanced'",
        N_("the loss a weight for each class"),
    ),
    "activation": ("activation='tanh'", "initialize(widths, 'tanh')", "torch.nn.Tanh()"),
    "identity_output": (
        "output_activation='identity'",
        "initialize(widths, hidden, 'identity')",
        N_("nothing after the last Linear"),
    ),
    "linear_model": (
        "hidden_layer_sizes=()",
        "initialize((inputs, outputs))",
        N_("a single torch.nn.Linear"),
    ),
    "initial_weights": ("multilayer.initialize", "multilayer.initialize", "torch.nn.init"),
    "other_weights": ("random_state", "initialize(..., rng=...)", "torch.manual_seed(...)"),
    "standardize": (
        "make_pipeline(StandardScaler(), ...)",
        "(X - X.mean(axis=0)) / X.std(axis=0)",
        "(X - X.mean(dim=0)) / X.std(dim=0)",
    ),
}
"""How an option is written: as a parameter of an estimator, for `fit` and `initialize`, and in PyTorch."""
_FORMS: tuple[Caller, ...] = ("estimator", "fit", "torch")

_UNKNOWN: Mapping[str, Mapping[Caller, str]] = {
    "y": {
        "fit": N_("no y was given"),
        "command": N_("no --target was given"),
        "model": N_("the table has no target"),
    },
    "loss": {
        "fit": N_("no loss was given, and none belongs to the output activation {activation}; give loss="),
        "command": N_(
            "no loss was given, and none belongs to the output activation {activation}; give --loss"
        ),
    },
    "history": {
        "fit": N_("the loss curve is not known; give course=, what fit returned"),
        "command": N_("the loss curve is not known; give --history"),
        "torch": N_("the loss curve is not known; give course=History(loss=[...])"),
        "model": N_("the loss curve is not known, as a model of a table does not keep it"),
    },
    "stopped": {
        "fit": N_("why training ended is not known; give course=, what fit returned"),
        "command": N_(
            "why training ended is not known; in Python, multilayer.diagnose takes what fit returned"
        ),
        "torch": N_(
            "why training ended is not known; give course=TrainingRecord(stopped='epochs', ...), or 'plateau'"
        ),
        "model": N_("why training ended is not known, as a model of a table does not keep it"),
    },
    "start": {
        "fit": N_("the network before training is not known; give course=TrainingRecord(start=...)"),
        "command": N_(
            "the network before training is not known; in Python, multilayer.diagnose takes what fit returned"
        ),
        "model": N_("the network before training is not known, as a model of a table does not keep it"),
    },
}
"""What is not known, and how the caller gives it; as for `fit`, where nothing else is said."""


_SCORES = {
    (True, False): N_("Accuracy {score:.3g} (majority class {constant:.3g})."),
    (True, True): N_("Accuracy {score:.3g} (majority class {constant:.3g}, linear model {linear:.3g})."),
    (False, False): N_("R^2 {score:.3g} (best constant {constant:.3g})."),
    (False, True): N_("R^2 {score:.3g} (best constant {constant:.3g}, linear model {linear:.3g})."),
}
"""By whether the targets are classes, and whether there is a linear model."""
_ENDINGS = {
    "plateau": N_("Training stopped on this plateau after {epochs} epochs."),
    "epochs": N_("Training ended after {epochs} epochs."),
    "interrupted": N_("Training was interrupted after {epochs} epochs."),
    "callback": N_("Training was stopped by a callback after {epochs} epochs."),
    "not finite": N_("Training stopped at a number that is not finite after {epochs} epochs."),
}


def unknown(what: str, caller: Caller, **places: object) -> str:
    """Return that something is not known, and how the caller gives it."""
    forms = _UNKNOWN[what]
    return fill(forms.get(caller, forms["fit"]), **places)


def options(evidence: Evidence) -> dict[str, str]:
    """Return how the caller writes the options that advice names: for an estimator, for `fit`, or in PyTorch."""
    form = _FORMS.index(evidence.caller) if evidence.caller in _FORMS else _FORMS.index("fit")
    return {name: translated(forms[form]) for name, forms in _OPTIONS.items()}


def rate_of(course: TrainingRecord) -> str:
    """Return the learning rate as a sentence; empty where it is not known."""
    rate = course.learning_rate
    return "" if rate is None else fill("The learning rate started at {rate:g}.", rate=rate)


def scores(evidence: Evidence) -> str:
    """Return the scores as a sentence; empty where there are none."""
    outputs = evidence.outputs
    if outputs is None or outputs.score is None or outputs.constant_score is None:
        return ""
    linear = outputs.linear_score
    return fill(
        _SCORES[outputs.target_counts is not None, linear is not None],
        score=outputs.score,
        constant=outputs.constant_score,
        linear=linear,
    )


def ending(evidence: Evidence) -> str:
    """Return why training ended as a sentence; empty where that is not known."""
    course = evidence.course
    if course.history is None or course.stopped is None:
        return ""
    reason = course.stopped if course.stopped in _ENDINGS else "epochs"
    return fill(_ENDINGS[reason], epochs=len(course.history))


def sentence(text: str) -> str:
    """Return text as a sentence in one line, with a capital and a full stop.

    >>> sentence("layer 2's outputs barely depend on the input")
    "Layer 2's outputs barely depend on the input."
    """
    text = one_line(text.strip(), _LONGEST)
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def sentences(*found: str) -> str:
    """Return whole sentences in one line; those that are empty are left out."""
    return " ".join(filter(None, found))


def one_based(chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the numbers, from 1, of the entries that are true."""
    return tuple((np.flatnonzero(chosen) + 1).tolist())


def numbers(found: Sequence[int]) -> str:
    """Return numbers as a list.

    >>> numbers([1, 2, 3, 4, 5, 6, 8]), numbers([2])
    ('1, 2, 3, 4, 5, 6, ...', '2')
    """
    return ", ".join([*map(str, found[:_SHOWN]), *(["..."] if len(found) > _SHOWN else [])])


def columns(evidence: Evidence, found: Sequence[int]) -> str:
    """Return columns of X, counted from 1, by number, and by name where they have one."""
    names = evidence.network.input_names
    if names is None:
        return numbers(found)
    shown = [f"{column} ({names[column - 1]})" for column in found[:_SHOWN]]
    return ", ".join([*shown, *(["..."] if len(found) > _SHOWN else [])])


def class_label(evidence: Evidence, number: int) -> str:
    """Return the label of a class, or its number: from 0, as in y, unlike units."""
    names = evidence.network.classes
    return fill("{number} (counted from 0)", number=number) if names is None else str(names[number])


def ranges(units: Sequence[int]) -> str:
    """Return numbers as runs.

    >>> ranges([1, 2, 3, 5])
    '1-3, 5'
    """
    runs: list[list[int]] = []
    for unit in sorted(units):
        if runs and unit == runs[-1][1] + 1:
            runs[-1][1] = unit
        else:
            runs.append([unit, unit])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join([*texts[:_RANGES], *(["..."] if len(texts) > _RANGES else [])])
