"""Targets as one-hot rows are diagnosed as class numbers are."""

import numpy as np
import pytest

from multilayer import diagnose, initialize


def test_the_diagnosis_is_that_of_class_numbers():
    X = np.random.default_rng(0).standard_normal((60, 4))
    classes = np.arange(60) % 3
    net = initialize((4, 8, 3), "relu", "softmax", rng=0)
    numbers, rows = diagnose(net, X, classes), diagnose(net, X, np.eye(3)[classes])
    assert rows.evidence.outputs.constant_loss == pytest.approx(np.log(3.0))
    assert repr(rows) == repr(numbers)
