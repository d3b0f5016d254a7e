"""Training: a network and data in, a better network out, and every step of the way to see."""

from multilayer.training import metrics
from multilayer.training.api import fit, train
from multilayer.training.backpropagation import Gradients, LayerGradient, backward, gradients
from multilayer.training.checkpoint import Checkpoint
from multilayer.training.config import TrainConfig
from multilayer.training.events import Epoch, History, Memory, Step, Trained
from multilayer.training.loop import Training
from multilayer.training.metrics import Metric
from multilayer.training.progress import progress_bar
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
