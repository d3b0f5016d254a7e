"""What a printed trace shows."""

import numpy as np

from multilayer import MLP, Dense
from tests import seed


def test_every_number_stands_under_its_name():
    text = str(seed.network().trace(seed.X))
    for piece in (
        "x  (5, 2)",
        "W(1)  (2, 4)",
        "a(1) = x W(1) + b(1)  (5, 4)",
        "W(2)  (4, 3)",
        "y = z(2) = sigmoid(a(2))  (5, 3)",
        "w_12(1) = 0.2",
        "w_43(2) = 0.7",
        "b_2(2) = 0.9",
        "0.809478",
    ):
        assert piece in text


def test_wide_weights_have_unambiguous_names_and_large_matrices_an_ellipsis():
    net = MLP([Dense(np.arange(240).reshape(12, 20))])
    text = str(net.trace(np.zeros((100, 12))))
    assert "w_1,20(1) = 19" in text
    assert "w_12,1(1) = 220" in text
    assert "…" in text
    assert len(text.splitlines()) < 80


def test_html_escapes_names():
    net = MLP([Dense([[1.0, 2.0]])], classes=["<b>", "&"], inputs=["<script>"])
    html = net.trace([[1.0]])._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<b>" not in html


def test_one_sample_prints_as_one_row():
    assert "x  (2,)" in str(seed.network().trace(seed.X[0]))
