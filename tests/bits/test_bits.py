"""The bits of weights and outputs, as they were when the hashes were stored: on any number of threads, at every level.

`python -m tests.bits.test_bits` prints the hashes of the code at hand; they change on purpose only.
"""

import json
from pathlib import Path

import pytest

from multilayer import backend
from tests.bits.cases import NETWORKS, TRAININGS, outputs, weights

pytestmark = pytest.mark.native

STORED = Path(__file__).with_name("hashes.json")


def hashes(kind, function, numbers):
    return {f"{kind} {number}": function(number) for number in numbers}


@pytest.mark.parametrize("threads", [1, 2, 3, 5])
def test_weights(threads):
    stored = json.loads(STORED.read_text())
    with backend.threads(threads):
        found = hashes("training", weights, TRAININGS)
    assert found == {name: stored[name] for name in found}


@pytest.mark.parametrize("threads", [1, 2])
def test_outputs(threads):
    stored = json.loads(STORED.read_text())
    with backend.threads(threads):
        found = hashes("network", outputs, NETWORKS)
    assert found == {name: stored[name] for name in found}


if __name__ == "__main__":
    everything = hashes("training", weights, TRAININGS) | hashes("network", outputs, NETWORKS)
    print(json.dumps(everything, indent=1))  # noqa: T201
