"""How long an import takes, each in a fresh interpreter, taking turns."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np

from benchmarks.race import Outcome, Timing

IMPORTS = {
    "numpy": "import numpy",
    "multilayer": "import multilayer",
    "multilayer and a network file": "import multilayer; multilayer.load",
    "torch": "import torch",
    "sklearn": "from sklearn.neural_network import MLPClassifier",
    "jax": "import jax.numpy",
    "onnxruntime": "import onnxruntime",
}


def startup(rounds: int) -> Outcome:
    """Time the import statements; an empty interpreter's own start is subtracted."""
    chosen = {"": "pass"} | {
        name: code for name, code in IMPORTS.items() if find_spec(name.split(maxsplit=1)[0]) is not None
    }
    samples: dict[str, list[float]] = {name: [] for name in chosen}
    for round_ in range(rounds + 1):
        for name, code in chosen.items():
            start = time.perf_counter_ns()
            subprocess.run([sys.executable, "-c", code], check=True)
            if round_:  # the first round fills the page cache
                samples[name].append(time.perf_counter_ns() - start)
    empty = float(np.median(samples.pop("")))
    timings = {
        name: Timing(*(float(np.percentile(values, q)) - empty for q in (50, 25, 75)))
        for name, values in samples.items()
    }
    return Outcome("import", timings)
