"""What is measured of a network on data, once and in constant memory, and what is known of its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import check_settings, setting
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.training import History

__all__ = [
    "DUPLICATE",
    "Caller",
    "Evidence",
    "GradientStatistics",
    "Histogram",
    "InputStatistics",
    "LayerStatistics",
    "OutputStatistics",
    "TrainingRecord",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Pairs = tuple[tuple[int, int, float], ...]
"""Two columns, counted from 0, and their correlation."""
Caller = Literal["estimator", "fit", "torch", "command", "model"]
"""What asks for a diagnosis: an estimator, Python code that calls `fit` or PyTorch, or the command line, for a network
or a model of a table."""
DUPLICATE = 0.999
"""|Correlation| beyond which two columns are copies of each other."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of numbers between edges; what lies outside is in the first and last bin."""

    edges: Floats
    counts: Integers


@dataclass(frozen=True, eq=False)
class LayerStatistics:
    """One layer over all samples. Arrays have shape (units,)."""

    layer: Dense
    samples: int
    mean_a: Floats
    variance_a: Floats
    mean_z: Floats
    variance_z: Floats
    mean_square_z: Floats
    minimum_z: Floats
    maximum_z: Floats
    active: Integers | None
    """Samples on which h'(a) is not 0; None where the activation works along an axis, and has no h' of its own."""
    saturated: Integers | None
    """Samples on which |h'(a)| is below 1% of its maximum (0 included); None like `active`."""
    linearity: Floats
    """R^2 of z explained by a straight line in a: 1 where the unit acts linearly; nan where it is constant."""
    a: Histogram
    """Of the samples that were read first, as z is."""
    z: Histogram

    @property
    def constant_fraction(self) -> float:
        """Fraction of power that is the same for all samples: sum of mean^2 over sum of E[z^2]; 1 where z = 0.

        nan where squares overflow.
        """
        with np.errstate(all="ignore"):
            power = self.mean_square_z.sum()
            return float((self.mean_z**2).sum() / power) if power else 1.0

    @property
    def gain(self) -> float:
        """Root mean square of W times the root of the inputs: by so much inputs that are independent grow.

        Initializers draw weights with a gain of about 0.5 to 1.5.
        """
        W = self.layer.W.astype(np.float64)
        with np.errstate(all="ignore"):
            return float(np.sqrt((W**2).mean() * W.shape[0]))


Layers = tuple[LayerStatistics, ...]


@dataclass(frozen=True, eq=False)
class InputStatistics:
    """The columns of X over all samples. Arrays have shape (inputs,)."""

    mean: Floats
    std: Floats
    minimum: Floats
    maximum: Floats
    duplicates: Pairs
    target_correlation: Floats | None
    """The largest |correlation| of each column with a target (classes as 0/1 columns); None without y, and where the
    targets are the inputs themselves."""
    score_without_copies: float | None = None
    """The score with the values of columns that are copies of a target taken from other samples; None for none."""


@dataclass(frozen=True, eq=False)
class GradientStatistics:
    """The gradient of the mean loss in one layer, over all samples."""

    norm_W: float
    """Frobenius norm of W."""
    norm_dW: float
    """Frobenius norm of dW, of the mean loss."""
    dW: Histogram
    """log10 of |dW|; zeros are in the first bin."""
    rms_da: Floats
    """Root mean square over samples of each unit's da (of the sample's own loss), shape (units,)."""
    zero_da: Floats
    """Fraction of samples on which a unit's da is exactly 0, shape (units,)."""
    growth: float = 0.0
    """Sum of W dW: by so much the mean loss changes where all weights grow by the same small fraction, per fraction."""

    @property
    def size_da(self) -> float:
        """Root mean square of da over units and samples."""
        return float(np.sqrt((self.rms_da**2).mean()))


@dataclass(frozen=True, eq=False)
class OutputStatistics:
    """Predictions beside targets."""

    loss: float | None
    """Mean loss; None where no loss was given."""
    constant_loss: float | None
    """Mean loss of the best constant prediction."""
    score: float | None
    """Accuracy for classes, R^2 else."""
    linear_score: float | None
    """The same score of a linear model fitted to the same data."""
    constant_score: float | None
    """The same score of the best constant prediction."""
    target_counts: Integers | None
    """Samples of each class."""
    predicted_counts: Integers | None
    """Samples predicted to be of each class."""
    confusion: Integers | None
    """Samples of class i that were predicted as j."""
    unreachable: float | None = None
    """Fraction of the targets that lie outside the range of the output activation."""
    probabilities_squashed: bool = False
    """Whether what the last activation turns into probabilities are probabilities already."""
    mismatch: str | None = None
    """Why the output activation does not fit the loss; None where it does."""
    attainable_score: float | None = None
    """The same score of a kernel model of some of the samples, on samples that it has not seen; what can be learned."""
    attainable_explained: float | None = None
    """R^2 of that model on samples that it has not seen; of classes, that of their 0/1 columns."""
    by_heart_score: float | None = None
    """The same of a network of this shape that fits all samples which it has seen; None where it has fewer weights."""
    by_heart_of_start: float | None = None
    """The same from the weights that training started from; None where they are not known, or not larger than usual."""
    target_mean: Floats | None = None
    """Of each output's targets; None where the targets are classes."""
    target_std: Floats | None = None


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """What is known of the training that made the network. None: not known."""

    history: History | None = None
    stopped: str | None = None
    """Why it ended, as `Trained.stopped`."""
    optimizer: str | None = None
    learning_rate: float | None = setting(None, minimum=0.0, optional=True)
    """What the schedule started from."""
    epochs: int | None = setting(None, minimum=1, integer=True, optional=True)
    """How many there were to be."""
    tolerance: float | None = setting(None, optional=True)
    patience: int | None = setting(None, minimum=0, integer=True, optional=True)
    penalty: float | None = setting(None, minimum=0.0, optional=True)
    """The penalty on weights, L2 and weight decay together; 0 where there was none."""
    start: MLP | None = None
    """The network before training."""
    loss: Loss | None = None
    """What was minimized."""

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What checks and pictures read."""

    network: MLP
    samples: int
    inputs: InputStatistics
    layers: Layers
    outputs: OutputStatistics | None
    gradients: tuple[GradientStatistics, ...] | None
    """Layer by layer; None without y and loss."""
    not_finite: tuple[int, str, int] | None
    """Layer, what (x, W, b, a, z), and sample (from 1; 0 for W and b) of the first number that is nan or infinite."""
    loss: Loss | None
    course: TrainingRecord
    start: Layers | None = None
    """The layers of the network before training, over a sample of the data; None where it is not known."""
    reference: Layers | None = None
    """The same of a network of this shape with the weights that `initializers.for_activation` draws."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """What could not be measured ("y", "loss", "linear", "start"), with the reason and how to give it."""
    notes: tuple[str, ...] = ()
    """What was decided by a rule, such as the loss."""
    caller: Caller = "fit"
    """Whose options advice names."""
