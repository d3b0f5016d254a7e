"""The sheet as it is asked for: windows over rows, units and layers; edits answer with what they changed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.web.cells import Window, block, cell_name
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, Session, State
from multilayer.web.sheet import ROWS, Look, sheet_of
from multilayer.web.views import see
from tests.web.page import texts_of

WHOLE = Window(rows=10**6, columns=10**6)


def state_of(*widths: int, rows: int = 25, hidden: str = "tanh", output: str = "softmax") -> State:
    X = np.random.default_rng(1).uniform(-1.0, 1.0, (rows, widths[0]))
    return State(initialize(widths, hidden, output, rng=0), Rows(X, np.arange(rows) % widths[-1]))


def texts(sheet) -> dict[str, str]:
    return {name: text for each in sheet.blocks for name, text in texts_of(each).items()}


def all_texts(state: State, digits: int | None, seen: slice = slice(0)) -> dict[str, str]:
    """Return the text of every cell of a network and its rows.

    Rows that are seen are traced by themselves: in NumPy, last bits of a row may depend on the rows beside it.
    """
    whole, part = state.network.trace(state.rows.X), state.network.trace(state.rows.X[seen])
    found = texts_of(block("x", whole[0].x, digits, window=WHOLE))
    for n, (record, of_seen) in enumerate(zip(whole, part, strict=True), 1):
        a, z = record.a.copy(), record.z.copy()
        a[seen], z[seen] = of_seen.a, of_seen.z
        for name, array in (("W", record.layer.W), ("b", record.layer.b), ("a", a), ("z", z)):
            found |= texts_of(block(f"{name}({n})", array, digits, window=WHOLE))
    return found


@pytest.mark.parametrize("digits", [3, 6, None])
@pytest.mark.parametrize(
    "look", [Look(), Look(row=10), Look(row=99), Look(units={0: 5, 1: 30, 2: 3}), Look(layer=1, units={1: 9})]
)
def test_each_cell_of_a_window_is_the_traces(digits, look):
    state = state_of(12, 40, 11)
    look = msgspec.structs.replace(look, digits=digits)
    sheet = sheet_of(state, look)
    found = texts(sheet)
    expected = all_texts(state, digits, slice(sheet.look.row, sheet.look.row + ROWS))
    numbers = {name: text for name, text in found.items() if name.split("[")[0] not in ("class", "target")}
    assert len(numbers) > 300
    assert numbers == {name: expected[name] for name in numbers}


def test_a_window_stays_within_the_network_and_the_rows():
    sheet = sheet_of(state_of(12, 40, 11), Look(row=10**9, layer=-3, units={0: -1, 1: 10**9, 7: 1}))
    assert sheet.look == Look(15, 0, {0: 0, 1: 32, 2: 0})
    assert {each.name: each.first for each in sheet.blocks}["a(1)"] == (16, 33)
    assert {each.name: each.shape for each in sheet.blocks}["a(1)"] == (25, 40)


def test_the_windows_of_neighbours_fit():
    sheet = sheet_of(state_of(12, 40, 11), Look(units={0: 3, 1: 8}))
    blocks = {each.name: each for each in sheet.blocks}
    assert blocks["W(1)"].first == (4, 9)
    assert blocks["b(1)"].first == (1, 9)
    assert blocks["z(1)"].first[1] == blocks["W(2)"].first[0] == 9


def test_a_small_network_is_shown_whole():
    sheet = sheet_of(state_of(2, 16, 3, rows=4), Look())
    assert len(texts(sheet)) == 4 * 2 + 2 * 16 + 16 + 4 * 32 + 16 * 3 + 3 + 4 * 6 + 2 * 4


def test_a_deep_network_is_shown_layer_by_layer():
    state = state_of(*[16] * 30)
    first = sheet_of(state, Look())
    assert [each.number for each in first.layers] == list(range(1, len(first.layers) + 1))
    assert len(first.layers) < 8
    later = sheet_of(state, Look(layer=20))
    assert later.names[:2] == ["z(20)", "W(21)"]
    assert len(texts(later)) < 4000


def test_an_edit_answers_with_what_it_changed():
    session = Session(PRESETS["seed"].make())
    answer = see.edit(session, request({"do": "number", "cell": "W(2)[1,1]", "text": "5"}))
    assert [each.name for each in answer.blocks] == ["W(2)", "a(2)", "z(2)", "class"]
    assert answer.names == ["x", "W(1)", "b(1)", "a(1)", "z(1)", "W(2)", "b(2)", "a(2)", "z(2)", "class"]
    assert (session.revision, answer.revision) == (1, 1)
    expected = all_texts(session.state, 6)
    assert all(expected[name] == text for name, text in texts(answer).items() if not name.startswith("class"))
    nothing = see.edit(session, request({"do": "number", "cell": "W(2)[1,1]", "text": "5.0"}))
    assert nothing.blocks == []


def test_a_refused_edit_changes_nothing():
    session = Session(PRESETS["seed"].make())
    before = session.state
    edits = (
        {"do": "number", "cell": "b(1)[1]", "text": "1"},
        {"do": "number", "cell": "b(1)[2]", "text": "nan"},
    )
    with pytest.raises(InputError, match=r"b\(1\)\[2\]"):
        see.edit(session, request(*edits))
    assert session.state is before
    assert session.revision == 0
    assert not session.can_undo


def test_a_hundred_edits_are_undone_and_done_again():
    session = Session(PRESETS["seed"].make())
    rng = np.random.default_rng(5)
    seen = [all_texts(session.state, None)]
    for _ in range(100):
        name = rng.choice([name for name in seen[-1] if name[0] in "xWb"])
        see.edit(session, request({"do": "number", "cell": str(name), "text": str(rng.normal())}))
        seen.append(all_texts(session.state, None))
    for expected in seen[-2::-1]:
        session.undo()
        assert all_texts(session.state, None) == expected
    for expected in seen[1:]:
        session.redo()
        assert all_texts(session.state, None) == expected


def request(*edits: dict[str, object]) -> see.EditRequest:
    return msgspec.convert({"edits": list(edits)}, see.EditRequest)


@pytest.mark.parametrize(
    ("output", "classes", "expected"),
    [
        ("softmax", None, ["1", "–"]),
        ("softmax", ("no", "<b>yes</b>", "7"), ["<b>yes</b>", "–"]),
        ("sigmoid", None, ["y_2", "–"]),
        ("identity", None, None),
    ],
)
def test_classes(output, classes, expected):
    net = MLP([Dense([[0.0, 1.0, 0.0]], activation=output)], classes=classes)
    sheet = sheet_of(State(net, Rows(np.array([[1.0], [np.nan]]))), Look())
    found = {each.name: each.cells[0] for each in sheet.blocks}
    assert found.get("class") == expected


def test_targets_are_shown_as_they_are():
    labels = State(state_of(2, 3).network, Rows(np.zeros((3, 2)), np.array(["a", "b", "c"])))
    assert texts(sheet_of(labels, Look()))["target[3]"] == "c"
    numbers = State(state_of(2, 3).network, Rows(np.zeros((3, 2)), np.full((3, 3), 1 / 3)))
    assert texts(sheet_of(numbers, Look()))["target[3,1]"] == "0.333333"


@pytest.mark.parametrize("shape", [(3, 4), (300, 5), (5, 700), (784, 512)])
def test_the_picture_of_weights_has_the_largest_of_each_square(shape):
    W = np.random.default_rng(2).normal(size=shape)
    W[shape[0] // 2, shape[1] // 2] = -10.0
    session = Session(State(MLP([Dense(W)]), Rows(np.zeros((1, shape[0])))))
    found = np.frombuffer(see.heat(session, see.HeatRequest(1)), np.int8)
    steps = [-(-size // 256) for size in shape]
    counts = [-(-size // step) for size, step in zip(shape, steps, strict=True)]
    found = found.reshape(counts)
    for i, j in [(0, 0), (counts[0] - 1, counts[1] - 1), (counts[0] // 2, counts[1] // 2)]:
        square = W[i * steps[0] : (i + 1) * steps[0], j * steps[1] : (j + 1) * steps[1]]
        assert found[i, j] == round(square.flat[np.abs(square).argmax()] * 12.7)
    assert found.min() == -127


def test_there_is_no_such_unit():
    session = Session(PRESETS["seed"].make())
    for layer, unit, row in [(0, 1, 0), (3, 1, 0), (1, 5, 0), (1, 0, 0), (1, 1, 5), (1, 1, -1)]:
        with pytest.raises(InputError, match="there is no unit"):
            see.chain(session, see.ChainRequest(layer, unit, row))
    with pytest.raises(InputError, match="there is no layer 3"):
        see.heat(session, see.HeatRequest(3))


def test_cells_are_named_by_the_whole_array():
    found = {each.name: each for each in sheet_of(state_of(12, 40, 11), Look(row=10, units={1: 20})).blocks}
    assert cell_name(found["z(1)"], 0, 0) == "z(1)[11,21]"


def test_large_networks_are_held_fewer_times():
    session = Session(State(MLP([Dense(np.zeros((1000, 990)))]), Rows(np.zeros((1, 1000)))))  # 8 MB
    for number in range(40):
        see.edit(session, request({"do": "number", "cell": "W(1)[1,1]", "text": str(number)}))
    steps = 0
    while session.can_undo:
        session.undo()
        steps += 1
    assert steps == 33
    assert session.state.network.layers[0].W[0, 0] == 39 - 33


@pytest.mark.parametrize(
    "body",
    [
        b'{"look": {"digits": 0}}',
        b'{"look": {"digits": 1000000}}',
        b'{"look": {"units": {"a": 1}}}',
        b'{"edits": [{"do": "nothing"}]}',
        b'{"edits": [' + b",".join([b'{"do": "add_unit", "layer": 1}'] * 2001) + b"]}",
        b"[]",
    ],
)
def test_malformed_requests_are_refused(body):
    with pytest.raises(InputError, match="malformed"):
        see.ENDPOINTS[1].decode(body)
