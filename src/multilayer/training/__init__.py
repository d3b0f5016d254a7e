"""Training: a network and data in, a better network out, and every step of the way to see."""

from multilayer.training.backward import LayerGradient, backward
from multilayer.training.events import Epoch, History, Memory, Step, Trained
from multilayer.training.fit import fit
from multilayer.training.gradients import Gradients, gradients
from multilayer.training.loop import train
from multilayer.training.metrics import Metric
from multilayer.training.stopping import Stopping

__all__ = [
    "Epoch",
    "Gradients",
    "History",
    "LayerGradient",
    "Memory",
    "Metric",
    "Step",
    "Stopping",
    "Trained",
    "backward",
    "fit",
    "gradients",
    "train",
]
