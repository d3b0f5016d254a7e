"""Training: a network and data in, a better network out, and every step of the way to see.

`api` checks what it is given and makes a `Training`, an iterator of events. A `Run` holds an engine, the generator of
random numbers and the progress. The engine alone holds the state while training runs: `NumpyEngine` is the readable
reference, `NativeEngine` makes many steps in one call and computes user-defined parts in NumPy. A `TrainState` is plain
arrays and numbers, and what a checkpoint holds. The objective of a batch with weights w_i is scikit-learn's, with its
alpha as l2: sum w_i loss_i / sum w_i + l2 / (2 sum w_i) sum W^2.
"""

from multilayer.training import metrics
from multilayer.training.api import fit, train
from multilayer.training.backpropagation import Gradients, LayerGradient, backward, gradients
from multilayer.training.checkpoint_writer import Checkpoint
from multilayer.training.config import TrainConfig
from multilayer.training.events import Epoch, History, Memory, Step, Trained
from multilayer.training.loop import Training
from multilayer.training.metrics import Metric
from multilayer.training.progress import progress_bar
from multilayer.training.rates import RateFactors
from multilayer.training.stopping import EarlyStopping

__all__ = [
    "Checkpoint",
    "EarlyStopping",
    "Epoch",
    "Gradients",
    "History",
    "LayerGradient",
    "Memory",
    "Metric",
    "RateFactors",
    "Step",
    "TrainConfig",
    "Trained",
    "Training",
    "backward",
    "fit",
    "gradients",
    "metrics",
    "progress_bar",
    "train",
]


def __dir__() -> list[str]:
    return sorted(__all__)
