"""What can be edited: each number as it is typed, activations, units and layers; nothing changes that may not."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.activations import PReLU
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.web.draft import MAX_PARAMETERS
from multilayer.web.edits import Edit, edited
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, State


@pytest.fixture
def seed() -> State:
    return PRESETS["seed"].make()


def change(state: State, *edits: dict[str, object]) -> State:
    return edited(state, msgspec.convert(list(edits), list[Edit]))


def number(cell: str, text: str) -> dict[str, object]:
    return {"do": "number", "cell": cell, "text": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/3", 1 / 3),
        ("-1/3", -1 / 3),
        ("0,25", 0.25),
        ("-2e-3", -0.002),
        ("\u22121.5", -1.5),
        (" 7 ", 7.0),
        (".5", 0.5),
        ("-0", -0.0),
        ("5e-324", 5e-324),
        ("1e308", 1e308),
    ],
)
@pytest.mark.parametrize("cell", ["W(1)[2,3]", "b(2)[1]", "x[5,2]"])
def test_a_number_is_taken_as_it_is_typed(seed, cell, text, expected):
    new = change(seed, number(cell, text))
    found = {
        "W(1)[2,3]": new.network.layers[0].W[1, 2],
        "b(2)[1]": new.network.layers[1].b[0],
        "x[5,2]": new.rows.X[4, 1],
    }[cell]
    assert found.tobytes() == np.float64(expected).tobytes()


def test_only_what_is_edited_changes(seed):
    before = [layer.W.copy() for layer in seed.network.layers]
    new = change(seed, number("W(1)[1,2]", "9"), number("x[1,1]", "4"))
    assert new.network.layers[1] is seed.network.layers[1]
    assert np.argwhere(before[0] != new.network.layers[0].W).tolist() == [[0, 1]]
    assert np.argwhere(new.rows.X != seed.rows.X).tolist() == [[0, 0]]
    assert all(np.array_equal(layer.W, W) for layer, W in zip(seed.network.layers, before, strict=True))
    assert seed.rows.X[0, 0] == 0.0


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e999", "abc", "", "1 2", "1/0", "0.5.5", "--1", "1_0", "1" * 400]
)
@pytest.mark.parametrize("cell", ["W(2)[4,3]", "b(1)[4]", "x[1,2]"])
def test_what_is_no_number_is_refused_with_the_name_of_the_cell(seed, cell, text):
    with pytest.raises(InputError) as refused:
        change(seed, number(cell, "1"), number(cell, text))
    assert str(refused.value).startswith(f"{cell}: ")


_NO_CELLS = """
    W(0)[1,1] W(3)[1,1] W(1)[3,1] W(1)[0,1] W(1)[1] W(1)[1,1]; b(1)[1,1] b[1] x(1)[1,1] x[6,1] z(1)[1,1] target[1]
"""


@pytest.mark.parametrize("cell", _NO_CELLS.split())
def test_there_is_no_such_cell(seed, cell):
    with pytest.raises(InputError, match="there is no number"):
        change(seed, number(cell, "1"))


def test_a_number_beyond_float32_is_refused_by_a_float32_network(seed):
    small = State(seed.network.astype(np.float32), seed.rows)
    assert change(small, number("b(1)[1]", "1/3")).network.layers[0].b[0] == np.float32(1 / 3)
    with pytest.raises(InputError, match="beyond the numbers of float32"):
        change(small, number("b(1)[1]", "1e39"))


def test_targets_are_numbers_or_one_of_the_labels():
    net = initialize((2, 3, 3), classes=("a", "b", "c"), dtype=float, rng=0)
    labels = State(net, Rows(np.zeros((2, 2)), np.array(["a", "b"])))
    assert change(labels, number("target[2]", "c")).rows.y.tolist() == ["a", "c"]
    with pytest.raises(InputError, match=r"target\[2\]: expected one of the labels 'a, b, c'"):
        change(labels, number("target[2]", "d"))
    numbers = State(initialize((2, 1), rng=0), Rows(np.zeros((2, 2)), np.array([0, 1])))
    assert change(numbers, number("target[1]", "1")).rows.y.dtype == np.int64
    assert change(numbers, number("target[1]", "0,5")).rows.y.tolist() == [0.5, 1.0]
    several = State(initialize((2, 2), rng=0), Rows(np.zeros((2, 2)), np.zeros((2, 2))))
    assert change(several, number("target[2,1]", "3")).rows.y.tolist() == [[0, 0], [3, 0]]


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_what_is_added_changes_no_output(seed, layer):
    y = seed.network(seed.rows.X)
    more = change(seed, {"do": "add_layer", "after": layer})
    assert more.network.widths == tuple(np.insert(seed.network.widths, layer, seed.network.widths[layer]))
    np.testing.assert_array_equal(more.network(more.rows.X), y)
    if layer < 2:
        wider = change(seed, {"do": "add_unit", "layer": layer})
        assert wider.network.widths[layer] == seed.network.widths[layer] + 1
        np.testing.assert_array_equal(wider.network(wider.rows.X), y)


def test_a_new_unit_is_drawn_as_initialize_draws(seed):
    twice = [change(seed, {"do": "add_unit", "layer": 1}).network.layers[0] for _ in range(2)]
    assert twice[0] == twice[1]
    assert (twice[0].W[:, 4] != 0).all()
    assert twice[0].b[4] == 0


def test_taking_out_undoes_adding(seed):
    for layer in (0, 1):
        both = change(seed, {"do": "add_unit", "layer": layer}, {"do": "take_unit", "layer": layer})
        assert both.network == seed.network
        assert np.array_equal(both.rows.X, seed.rows.X)
    assert (
        change(seed, {"do": "add_layer", "after": 1}, {"do": "take_layer", "layer": 2}).network
        == seed.network
    )


def test_a_unit_is_taken_out_by_its_number(seed):
    new = change(seed, {"do": "take_unit", "layer": 1, "unit": 2}).network
    old = seed.network.layers
    assert np.array_equal(new.layers[0].W, old[0].W[:, [0, 2, 3]])
    assert np.array_equal(new.layers[0].b, old[0].b[[0, 2, 3]])
    assert np.array_equal(new.layers[1].W, old[1].W[[0, 2, 3]])


def test_the_layer_behind_one_that_is_taken_out_fits(seed):
    new = change(seed, {"do": "take_layer", "layer": 1}).network
    assert new.widths == (2, 3)
    assert change(seed, {"do": "take_layer", "layer": 2}).network.layers == seed.network.layers[:1]


def test_parameters_follow_the_units():
    net = MLP([Dense(np.eye(2), activation=PReLU(slope=(0.1, 0.5))), Dense(np.eye(2))])
    state = State(net, Rows(np.zeros((1, 2))))
    assert change(state, {"do": "add_unit", "layer": 1}).network.layers[0].activation.slope == (0.1, 0.5, 0.5)
    one = change(state, {"do": "take_unit", "layer": 1, "unit": 1})
    assert one.network.layers[0].activation.slope == (0.5,)
    slopes = {"do": "parameter", "layer": 1, "name": "slope", "text": "0,25 1/2"}
    assert change(state, slopes).network.layers[0].activation.slope == (0.25, 0.5)


def test_activations_and_their_parameters(seed):
    new = change(
        seed,
        {"do": "activation", "layer": 1, "name": "leaky_relu"},
        {"do": "parameter", "layer": 1, "name": "slope", "text": "1/4"},
    )
    assert new.network.layers[0].activation.slope == 0.25
    assert np.array_equal(new.network.layers[0].W, seed.network.layers[0].W)
    with pytest.raises(InputError, match="slope must be"):
        change(new, {"do": "parameter", "layer": 1, "name": "slope", "text": "0.1 0.2 0.3 0.4"})
    with pytest.raises(InputError, match="no parameter"):
        change(seed, {"do": "parameter", "layer": 1, "name": "slope", "text": "1"})
    with pytest.raises(InputError, match="no activation"):
        change(seed, {"do": "activation", "layer": 1, "name": "rleu_"})


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"do": "take_unit", "layer": 1}, "at least one unit"),
        ({"do": "take_layer", "layer": 1}, "at least one layer"),
        ({"do": "take_layer", "layer": 2}, "no layer 2"),
        ({"do": "add_unit", "layer": 3}, "no layer 3"),
        ({"do": "take_unit", "layer": 0, "unit": 3}, "no unit 3"),
        ({"do": "activation", "layer": -1, "name": "tanh"}, "no layer -1"),
    ],
)
def test_what_cannot_be_is_refused(edit, reason):
    state = State(MLP([Dense([[1.0], [2.0]])]), Rows(np.zeros((1, 2))))
    with pytest.raises(InputError, match=reason):
        change(state, edit)


def test_outputs_stay_where_classes_or_targets_stand_for_them():
    net = initialize((2, 3), classes=("a", "b", "c"), rng=0)
    with pytest.raises(InputError, match="classes 'a, b, c'"):
        change(State(net, Rows(np.zeros((1, 2)))), {"do": "add_unit", "layer": 1})
    rows = Rows(np.zeros((1, 2)), np.zeros((1, 3)))
    with pytest.raises(InputError, match="targets for 3 outputs"):
        change(State(initialize((2, 3), rng=0), rows), {"do": "take_unit", "layer": 1})


def test_a_network_does_not_grow_beyond_what_can_be_edited():
    wide = State(initialize((2, 1200), rng=0), Rows(np.zeros((1, 2))))
    with pytest.raises(InputError, match=f"at most {MAX_PARAMETERS:,}"):
        change(wide, {"do": "add_layer", "after": 1})
