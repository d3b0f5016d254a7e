"""float32 within one unit in the last place on 2^22 inputs, evenly spread over all bit patterns.

`python -m benchmarks.accuracy --exhaustive all` does the same for all 2^32 of them.
"""

import numpy as np
import pytest

from benchmarks.accuracy import KINDS, largest_float32
from multilayer.activations import Elementwise, catalogue

STEP = 1021  # odd, so that all low bits occur


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "activation", [act for act in catalogue if isinstance(act, Elementwise)], ids=lambda act: act.facts.name
)
def test_float32_is_within_one_ulp(activation: Elementwise, kind: str) -> None:
    with np.errstate(all="ignore"):  # of the comparison, among infinities and nan
        worst = largest_float32(activation, kind, STEP)
    assert worst.ulps <= 1.0, worst
