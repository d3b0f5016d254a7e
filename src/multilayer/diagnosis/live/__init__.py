"""Diagnosis while a network trains."""

from multilayer.diagnosis.live.live import Live
from multilayer.diagnosis.live.snapshot import Snapshot

__all__ = ["Live", "Snapshot"]
