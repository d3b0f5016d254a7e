"""Weights of classes go by label, or by class number where a network has no labels."""

from __future__ import annotations

import pytest

from multilayer import InputError, initialize
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy, squared
from multilayer.training.data import arrays
from tests.network.classes import X, network

CASES = [
    ({"yes": 2.0}, [1.0, 2.0], None),
    ({"yes": 2, "no": 0.5}, [0.5, 2.0], None),
    ("balanced", [1.5, 0.75], None),
    ({"maybe": 2.0}, None, "class_weight holds 'maybe', not among the classes of the network: 'no', 'yes'"),
    ({1: 2.0}, None, "class_weight holds 1, not among"),
    ({"yes": -1.0}, None, "class_weight\\['yes'\\] must be a finite number, at least 0"),
    ("balance", None, "'balance'"),
    ([1.0, 2.0], None, "a weight per class"),
]


@pytest.mark.parametrize(("weight", "expected", "message"), CASES)
def test_class_weights_go_by_label(weight, expected, message):
    net, y = network(("no", "yes")), ["yes", "yes", "no"]
    if message:
        with pytest.raises(InputError, match=message):
            arrays(net, categorical_cross_entropy, X[:3], y, None, weight)
    else:
        found = arrays(net, categorical_cross_entropy, X[:3], y, None, weight).weights
        assert found.tolist() == [expected[1], expected[1], expected[0]]


@pytest.mark.parametrize(
    ("output", "units", "y", "weight", "expected"),
    [
        ("softmax", 3, [0, 2], {2: 3.0, 1: 9.0}, [1.0, 3.0]),
        (
            "softmax",
            3,
            [0, 2],
            {3: 3.0},
            "class_weight holds 3, not among the classes of the network: 0, 1, 2",
        ),
        ("sigmoid", 1, [0, 1], {1: 3.0}, [1.0, 3.0]),
        ("sigmoid", 1, [1, 1], {0: 3.0}, [1.0, 1.0]),
        ("sigmoid", 1, [0, 1], {2: 3.0}, "class_weight holds 2, not among the classes of the network: 0, 1"),
        ("tanh", 1, [-1, 1], {-1: 3.0}, [3.0, 1.0]),
        ("softmax", 2, [[0, 1], [1, 0]], {1: 3.0}, [3.0, 1.0]),
        ("softmax", 2, [0, 1], {1: 3.0, "1": 2.0}, "class_weight names one class twice"),
    ],
)
def test_class_weights_without_labels_go_by_number(output, units, y, weight, expected):
    net = initialize((3, units), (), output, rng=0)
    loss = squared if output == "tanh" else categorical_cross_entropy if units > 1 else binary_cross_entropy
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            arrays(net, loss, X[:2], y, None, weight)
    else:
        assert arrays(net, loss, X[:2], y, None, weight).weights.tolist() == expected
