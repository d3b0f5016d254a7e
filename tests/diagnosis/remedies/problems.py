"""Problems to try remedies on."""

import numpy as np

from multilayer import initialize
from multilayer.diagnosis import Setup
from multilayer.losses import squared
from multilayer.optimizers import Adam
from multilayer.training import TrainConfig

RNG = np.random.default_rng(0)
FAR = RNG.uniform(100.0, 200.0, (200, 2))
PRODUCT = FAR[:, 0] * FAR[:, 1] / 1e4
REGRESSION = Setup(
    network=initialize((2, 8, 1), "tanh", dtype=np.float64, rng=0),
    config=TrainConfig(loss=squared, optimizer=Adam(0.03), epochs=100),
)


def issue_31235():
    """The data of scikit-learn#31235: 500 points in a square, above a parabola or not."""
    X = np.random.RandomState(1).random_sample((500, 2))
    return X, (X[:, 0] + (2 * (X[:, 1] - 0.5)) ** 2 - 0.75 >= 0).astype(np.int64)
