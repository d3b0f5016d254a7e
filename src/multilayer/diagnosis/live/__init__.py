"""Diagnosis while a network trains."""

from multilayer.diagnosis.live.live import Live
from multilayer.diagnosis.live.look import Look

__all__ = ["Live", "Look"]
