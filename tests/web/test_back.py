"""The way back: each number is that of `multilayer.gradients`, by its parts, along paths, and by moving the weight."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from multilayer import InputError, gradients, losses
from multilayer.activations import catalogue
from multilayer.network.initialized import initialize
from multilayer.web.aim import MOST_ROWS, AimRequest, aim_of, losses_for
from multilayer.web.backward import Backward
from multilayer.web.cells import Window, cell_name
from multilayer.web.paths import difference_of, in_float64, paths_of
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, Session, State
from multilayer.web.views.back import BackRequest, CellRequest, TargetRequest, back, cell, target
from tests.web.page import texts_of

X = np.random.default_rng(0).normal(size=(5, 3))


def state(hidden="tanh", output="sigmoid", widths=(3, 4, 2, 3), y=None, dtype=float):
    return State(initialize(widths, hidden, output, rng=1, dtype=dtype), Rows(X, y))


def shown(found):
    """The texts of all cells of the steps by their names."""
    return {
        name: text for step in found.steps for each in step.blocks for name, text in texts_of(each).items()
    }


CASES = [
    (state(), AimRequest(2, 1)),
    (state(), AimRequest(0, 5, "squared")),
    (state("relu", "softmax"), AimRequest(1, 3)),
    (state("softmax", "softmax"), AimRequest(1, 2, "mse")),
    (state("gelu", "identity", y=X), AimRequest(0, 5)),
    (state("tanh", "tanh", y=np.array([0, 2, 1, 1, 0])), AimRequest(3, 2)),
    (state("selu", "exponential", y=np.abs(X)), AimRequest(0, 2)),
    (PRESETS["xor"].make(), AimRequest(0, 4)),
]


def number(text):
    return float(text.strip("()"))


def named(name, array, first=0):
    """The numbers of an array by the names of their cells, of rows from `first` on."""
    if array.ndim == 1:
        return {f"{name}[{j + 1}]": str(number) for j, number in enumerate(array)}
    return {f"{name}[{i + 1 + first},{j + 1}]": str(number) for (i, j), number in np.ndenumerate(array)}


@pytest.mark.parametrize(("given", "request_"), CASES)
def test_cells_are_those_of_the_gradients(given, request_):
    aim, first = aim_of(given, request_), request_.first
    expected = gradients(aim.network, aim.X, aim.y, aim.loss)
    answer = back(Session(given), BackRequest(first, request_.count, request_.loss, digits=None))
    wanted = {}
    for n, each in enumerate(expected, 1):
        wanted |= named(f"dW({n})", each.dW) | named(f"db({n})", each.db)
        wanted |= named(f"da({n})", each.da, first) | named(f"dz({n - 1})" if n > 1 else "dx", each.dx, first)
        wanted |= named(f"W({n})", each.layer.W)
    cells = shown(answer)
    assert {name: cells.get(name) for name in wanted} == wanted
    assert answer.mean == str(expected.loss)


@pytest.mark.parametrize(("given", "request_"), CASES)
def test_every_number_is_what_its_parts_make(given, request_):
    """Sums of products are computed from the text that is shown; the value is the one of the cell."""
    session, request = Session(given), BackRequest(request_.first, request_.count, request_.loss)
    answer = back(session, request)
    summed = 0
    for step in answer.steps:
        for each in step.blocks:
            if re.match(r"(target|x|[azW])(\(|$)", each.name):
                continue
            for name, text in texts_of(each).items():
                made = cell(session, CellRequest(request.first, request.count, request.loss, cell=name))
                assert (made.cell, made.value) == (name, text)
                if step.kind in ("weights", "dx") and "…" not in made.numbers:
                    summed += 1
                    value = sum(
                        math.prod(map(number, term.split(" · "))) for term in made.numbers.split(" + ")
                    )
                    assert value == pytest.approx(float(text), rel=1e-4, abs=1e-5)
    assert summed > 5


@pytest.mark.parametrize(
    "name", ["da(9)[1,1]", "da(1)[0,1]", "da(1)[1,9]", "da[1,1]", "J(1)[1,1]", "os", "", "dW(1)[1]"]
)
def test_no_such_number(name):
    with pytest.raises(InputError, match=r"no number .* on the way back"):
        cell(Session(state()), CellRequest(cell=name))


@pytest.mark.parametrize(("given", "request_"), CASES)
def test_paths_and_the_central_difference_give_the_gradient(given, request_):
    way = in_float64(aim_of(given, request_))
    for n in range(1, way.layers + 1):
        dW = way.gradients[n - 1].dW
        for i, j in np.ndindex(dW.shape):
            paths = paths_of(way, n, i, j, None)
            assert paths.count == len(paths.paths) or paths.count > 60
            assert float(paths.sum) == pytest.approx(dW[i, j], rel=1e-12, abs=1e-15)
            moved = difference_of(way, n, i, j, None)
            assert float(moved.value) == pytest.approx(dW[i, j], rel=1e-6, abs=1e-10)
            assert "differ" not in paths.agreement + moved.agreement


def test_too_many_paths_are_counted():
    way = in_float64(aim_of(state(widths=(3, 30, 30, 30, 3)), AimRequest(0, 1)))
    found = paths_of(way, 1, 0, 0, 6)
    assert (found.count, found.paths, found.sum) == (30 * 30 * 3, found.paths, found.sum)
    way = in_float64(aim_of(state(widths=(3, 30, 30, 30, 3)), AimRequest(0, 2)))
    found = paths_of(way, 1, 0, 0, 6)
    assert (found.count, found.paths, found.sum) == (2 * 30 * 30 * 3, [], None)
    assert found.agreement.startswith("There are 5,400 paths")


def test_a_weight_that_is_not_there():
    way = in_float64(aim_of(state(), AimRequest()))
    for place in ((0, 0, 0), (4, 0, 0), (1, 3, 0), (1, 0, -1)):
        with pytest.raises(InputError, match="there is no weight"):
            paths_of(way, *place, 6)


def test_softmax_shows_its_jacobian():
    answer = back(Session(state("tanh", "softmax")), BackRequest(1, 1, "squared", digits=None))
    step = next(step for step in answer.steps if step.kind == "slope")
    z = state("tanh", "softmax").network(X[1])
    expected = np.diag(z) - np.outer(z, z)
    assert step.blocks[1].name == "J(3)"
    assert np.allclose(np.array(step.blocks[1].cells, float), expected, atol=1e-16)


def test_loss_and_output_taken_together_are_said():
    kinds = [step.kind for step in back(Session(state()), BackRequest()).steps]
    assert kinds[:3] == ["loss", "dz", "da"]
    answer = back(Session(state(output="log_softmax")), BackRequest(loss="categorical_cross_entropy"))
    assert [step.kind for step in answer.steps][:2] == ["loss", "da"]  # of a logarithm there is no dz
    assert "taken together" in answer.steps[1].about[0]


@pytest.mark.parametrize("activation", catalogue, ids=str)
def test_every_activation_and_loss_goes_back(activation):
    given = state(activation, activation)
    for name in losses_for(given.network):
        answer = back(Session(given), BackRequest(0, 2, name))
        assert answer.loss == name
        assert answer.steps[-1].blocks[-1].name == "dx"
        for step in answer.steps:
            each = step.blocks[-1]
            cell(Session(given), CellRequest(0, 2, name, cell=cell_name(each, 0, 0)))


def test_proposed_targets_are_said_and_typed_ones_kept():
    session = Session(state())
    answer = back(session, BackRequest(1))
    assert answer.proposed
    assert "proposed" in answer.notes[1]
    answer = target(session, TargetRequest(1, text="0 1/2 1"))
    assert not answer.proposed
    assert answer.steps[0].blocks[0].cells == [["0", "0.5", "1"]]
    session.undo()
    assert session.state.rows.y is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 0", "row 2 has 2 targets; expected 3"),
        ("0 0 7", r"needs finite targets in \[0, 1\]"),
        ("", "no numbers"),
    ],
)
def test_targets_that_do_not_fit(text, message):
    session = Session(state())
    with pytest.raises(InputError, match=message):
        target(session, TargetRequest(1, text=text))
    assert session.revision == 0


@pytest.mark.parametrize(
    "request_",
    [AimRequest(5), AimRequest(-1), AimRequest(0, 0), AimRequest(0, MOST_ROWS + 1), AimRequest(4, 2)],
)
def test_rows_that_are_not_there(request_):
    with pytest.raises(InputError, match="there is no mean of the rows"):
        aim_of(state(), request_)


def test_losses_that_fit_begin_with_the_outputs_own():
    assert losses_for(state("tanh", "softmax").network)[0] == "categorical_cross_entropy"
    assert set(losses_for(state("tanh", "softmax").network)) <= set(losses.names())
    aim = aim_of(state(output="tanh"), AimRequest(loss="binary_cross_entropy"))
    assert aim.loss.facts.name == "squared"
    assert aim.notes[0] == "squared is taken: binary_cross_entropy does not fit the output activation tanh"


def test_a_window_of_large_matrices():
    given, window = Session(state(widths=(3, 30, 3))), Window(row=10, column=25, rows=4, columns=5)
    step = next(each for each in back(given, BackRequest(window=window)).steps if each.kind == "weights")
    dW, db = step.blocks[1:]
    assert (dW.name, dW.first, len(dW.cells), len(dW.cells[0])) == ("dW(2)", (11, 1), 4, 3)
    assert (db.first, len(db.cells[0])) == ((1, 1), 3)
    far = back(given, BackRequest(window=Window(row=900, column=-7, rows=0, columns=10**9)))
    assert all(each.cells[0] for step in far.steps for each in step.blocks)


def test_the_loss_of_float32_is_float32s():
    way = Backward(aim_of(state(dtype="float32"), AimRequest()))
    assert way.gradients[0].dW.dtype == np.float32
    assert way.dz(3).dtype == np.float32
