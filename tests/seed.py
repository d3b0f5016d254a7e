"""The hand-made 2-4-3 network, its five samples, and the outputs it has to give."""

import numpy as np

from multilayer import MLP, Dense

X = np.array([[0, 1], [1, 1], [-1, 0], [2, -1], [-1, 1]], float)
Y = np.array(
    [
        [0.4538334228590013, 0.8094780021423885, 0.5385522600767760],
        [0.4632294664148177, 0.8147294502834647, 0.5269929786830888],
        [0.4434806510708997, 0.8173269071332186, 0.5233992112164817],
        [0.4701964144683127, 0.8411011099559589, 0.4688374869048612],
        [0.4438419099727256, 0.8038756418714897, 0.5501937592550860],
    ]
)


def network(activation: str = "sigmoid") -> MLP:
    """Return the 2-4-3 network."""
    hidden = Dense([[0.5, 0.2, -0.3, 0.1], [-0.2, 0.7, -0.4, 0.8]], [0.3, -0.1, 0.5, -0.4], activation)
    output = Dense(
        [[0.2, 0.7, -0.3], [0.8, -0.5, -0.1], [0.1, 0.5, 0.3], [-0.6, 0.4, 0.7]],
        [-0.5, 0.9, -0.2],
        activation,
    )
    return MLP([hidden, output])
