"""How gradients change from the last layer to the first."""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.evidence import Evidence

__all__ = ["flow"]


def flow(evidence: Evidence) -> list[float]:
    """Return the root mean square of da for each layer, over its units and all samples."""
    return [float(np.sqrt((layer.rms_da**2).mean())) for layer in evidence.gradients or ()]
