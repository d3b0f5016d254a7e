"""The network as code: a fresh interpreter prints the six digits that the page shows, for every activation."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations, initialize
from multilayer._base.table import number_text
from multilayer.activations import Custom, LeakyReLU, PReLU, get
from multilayer.web.answers import ENDPOINTS
from multilayer.web.expressions import definition_of
from multilayer.web.presets import PRESETS
from multilayer.web.program import Letters, program

_RUN = """
import contextlib, io, json, sys
if sys.argv[1:]:
    sys.modules["multilayer"] = None
found = []
for text in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(text, {"__name__": "__main__"})
    found.append(out.getvalue())
json.dump(found, sys.stdout)
"""
X = np.random.default_rng(0).uniform(-3.0, 3.0, (6, 3)).round(3)


def printed(programs, *arguments):
    """Return what each program prints, in one fresh interpreter; with an argument it has no multilayer."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUN, *arguments],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shown(net, X):
    return "".join(
        " ".join(number_text(value, 6) for value in row) + "\n" for row in net.trace(X)[-1].z.tolist()
    )


def network_of(activation):
    """A network whose layers both have this activation, with sums on both sides of its kinks."""
    net = initialize((3, 5, 4), activation, activation, dtype=float, rng=3)
    return MLP([Dense(layer.W, layer.b + 0.1, activation) for layer in net.layers])


WITH_PARAMETERS = (
    LeakyReLU(slope=0.3),
    PReLU(slope=0.75),
    *(
        get(name, **values)
        for name, values in {"silu": {"beta": 1.7}, "hard_tanh": {"low": -0.2, "high": 0.7}}.items()
    ),
)
NETWORKS = [network_of(get(name)) for name in activations.names()] + [network_of(h) for h in WITH_PARAMETERS]


def test_every_activation_has_one_body():
    for number, name in enumerate(activations.names(), 1):
        assert definition_of(get(name), number).startswith(f"def {name}(a")


@pytest.mark.parametrize("letters", [Letters(), Letters("za", "ji", "oi")], ids=["az", "za"])
def test_programs_in_numpy_alone_print_what_the_page_shows(letters):
    asked, expected = [], []
    for net in NETWORKS:
        asked.append(program(net, X, "matrix", letters))
        expected.append(shown(net, X))
        for row in (0, 4):
            asked.append(program(net, X, "unrolled", letters, row))
            expected.append(shown(net, X[row : row + 1]))
    assert printed(asked, "numpy alone") == expected


def test_programs_with_multilayer_print_what_the_page_shows():
    named = initialize(
        (2, 3, 2), PReLU(slope=0.5), "softmax", classes=["a\"'", "\u202e<b>"], inputs=["x\n", "y"], rng=0
    )
    per_unit = MLP([Dense([[1.0, -2.0]], None, PReLU(slope=(0.5, 0.1)))])
    cases = [*((net, X) for net in NETWORKS), (named, X[:, :2]), (per_unit, X[:, :1])]
    found = printed([program(net, rows, "multilayer", Letters()) for net, rows in cases])
    assert found == [shown(net, rows) for net, rows in cases]


def test_a_parameter_for_each_unit():
    net = MLP([Dense([[1.0, -2.0]], None, PReLU(slope=(0.5, 0.1)))])
    rows = np.array([[-1.0], [1.5]])
    asked = [program(net, rows, "matrix", Letters()), program(net, rows, "unrolled", Letters(), 1)]
    assert printed(asked, "numpy alone") == [shown(net, rows), shown(net, rows[1:])]


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets(name):
    state = PRESETS[name].make()
    (found,) = printed([program(state.network, state.rows.X, "matrix", Letters())], "numpy alone")
    assert found == shown(state.network, state.rows.X[:20])


def test_names_follow_the_letters():
    state = PRESETS["seed"].make()
    text = program(state.network, state.rows.X, "unrolled", Letters("za", "ji", "io"))
    assert "w1_21, " in text
    assert "z1_2 = -0.1 + x1 * w1_21 + x2 * w1_22" in text
    assert "a1_2 = sigmoid(z1_2)" in text
    assert "W1.T" in program(state.network, state.rows.X, "matrix", Letters("az", "ij", "oi"))


def test_what_cannot_be_code_is_refused():
    own = Custom("mine<b>", np.sin, np.cos)
    net = MLP([Dense([[1.0]], None, own)])
    with pytest.raises(InputError, match="layer 1: 'mine<b>' is an activation of your own"):
        program(net, np.zeros((1, 1)), "matrix", Letters())
    large = initialize((100, 300), rng=0)
    with pytest.raises(InputError, match="30,300 parameters"):
        program(large, np.zeros((1, 100)), "matrix", Letters())


def test_the_endpoint_refuses_a_row_that_there_is_not(seed_session):
    endpoint = next(each for each in ENDPOINTS if each.name == "code")
    with pytest.raises(InputError, match="no row 6"):
        endpoint.answer(seed_session, endpoint.decode(b'{"row": 5}'))
