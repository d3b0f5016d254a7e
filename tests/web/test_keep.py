"""Links, files and tables: what is kept is what was there, to the last bit; a link that is no link is refused."""

from __future__ import annotations

import contextlib
import io

import msgspec
import numpy as np
import pytest

import multilayer
from multilayer import InputError, initialize
from multilayer.web.answers import ENDPOINTS
from multilayer.web.generators import Generated
from multilayer.web.link import link_of, packed, state_of, unpacked
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.session import Rows, Session, State

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def ask(session, asked, /, **request):
    endpoint = BY_NAME[asked]
    return endpoint.answer(session, endpoint.decode(msgspec.json.encode(request)))


def text_of(state):
    return msgspec.json.encode(link_of(state)[1]).decode()


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_is_kept_by_its_name(name):
    assert link_of(PRESETS[name].make())[0] == name


def test_a_network_and_rows_that_are_made_are_kept():
    rows = Generated("spirals", 30, 7, 0.2, "2").rows()
    net = initialize((2, 4, 1), "tanh", "sigmoid", classes=["가", "<b>"], dtype=np.float32, rng=5)
    state = State(net, rows, Recipe(epochs=7, optimizer="sgd"))
    found = state_of(text_of(state))
    assert found.network == net
    assert found.recipe == state.recipe
    np.testing.assert_array_equal(found.rows.X, rows.X)
    np.testing.assert_array_equal(found.rows.y, rows.y)


def test_rows_of_a_user_are_never_kept():
    state = PRESETS["seed"].make()
    mine = State(state.network, Rows(np.array([[12345.678, 2.0]]), np.array(["secret"])))
    text = text_of(mine)
    assert "12345" not in text
    assert "secret" not in text
    assert state_of(text).rows.X.tolist() == [[0, 0], [1, 0], [0, 1]]


def test_rows_that_were_edited_are_a_users():
    session = Session(PRESETS["seed"].make())
    ask(session, "edit", edits=[{"do": "number", "cell": "x[1,1]", "text": "12345"}])
    found = ask(session, "link")
    assert (found.preset, found.has_rows) == (None, False)
    assert "12345" not in unpacked(found.open)
    ask(session, "undo")
    ask(session, "edit", edits=[{"do": "number", "cell": "b(1)[1]", "text": "12345"}])
    found = ask(session, "link")
    assert (found.preset, found.has_rows) == (None, True)
    assert "12345" in unpacked(found.open)


def test_a_link_is_opened_and_can_be_undone():
    session = Session(PRESETS["xor"].make())
    before = session.state
    ask(session, "open_link", packed=packed(text_of(PRESETS["seed"].make())))
    assert session.state.network == PRESETS["seed"].make().network
    session.undo()
    assert session.state is before


@pytest.mark.parametrize(
    "letters",
    [
        "",
        "AAAA",
        "%00",
        "é",
        "A" * 5,
        packed("[1, 2]")[:-2],
        packed("0" * 2**20 + "1"),
        "gA\n",
    ],
)
def test_letters_that_hold_no_text_are_refused(letters):
    with pytest.raises(InputError, match="cut off or changed"):
        unpacked(letters)


def test_text_that_is_no_link_is_refused_in_one_line():
    session = Session(PRESETS["seed"].make())
    good = text_of(session.state)
    chance = np.random.default_rng(0)
    strange = list('\0",]}9\ufffd\U0001f600')
    refused = []
    for _ in range(1000):
        letters = list(good)
        for place in chance.integers(len(letters), size=chance.integers(1, 9)):
            letters[place] = strange[chance.integers(len(strange))]
        with contextlib.suppress(InputError):
            try:
                ask(
                    session,
                    "open_link",
                    packed=packed("".join(letters[: chance.integers(1, 2 * len(letters))])),
                )
            except InputError as error:
                refused.append(str(error))
                raise
    assert len(refused) > 900
    assert not any("\n" in message for message in refused)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the link: expected what the studio put into it"),
        ("null", "the link: expected"),
        ('{"network": 1}', "the link: network.json"),
        ("[" * 100_000, "the link: expected"),
        ('{"network": {}, "rows": {"by": "file", "name": "/etc/passwd"}}', "the link: expected"),
        ('{"network": {}, "url": "http://example.com"}', "the link: expected"),
    ],
)
def test_links_of_strangers(text, message):
    with pytest.raises(InputError, match=message):
        state_of(text)


@pytest.mark.parametrize("name", ["json", "safetensors"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_loads_bit_for_bit(tmp_path, name, dtype):
    net = initialize(
        (3, 5, 2), "gelu", "softmax", classes=["가", "b"], inputs=["p", "q", "r"], dtype=dtype, rng=1
    )
    session = Session(State(net, Rows(np.zeros((1, 3)))))
    file = tmp_path / f"network.{name}"
    file.write_bytes(ask(session, "keep_network", format=name))
    assert multilayer.load(file) == net


def test_tables_are_read_back_bit_for_bit():
    net = initialize((2, 3, 2), "tanh", dtype=np.float32, inputs=["가,나", "b"], rng=1)
    X = np.random.default_rng(0).standard_normal((4, 2)).astype(np.float32)
    session = Session(State(net, Rows(X, np.array(["a", "b", "a", 'c"']), target="말")))
    first, *rows = ask(session, "keep_table", name="rows").decode().splitlines()
    assert first == '"가,나",b,말'
    assert rows[3].endswith(',"c"""')
    assert np.array([row.split(",")[:2] for row in rows], np.float32).tobytes() == X.tobytes()
    trace = net.trace(X)
    for n, record in enumerate(trace, 1):
        arrays = {"W": record.layer.W, "b": record.layer.b[np.newaxis], "a": record.a, "z": record.z}
        for name, array in arrays.items():
            text = ask(session, "keep_table", name=name, layer=n).decode()
            read = np.loadtxt(io.StringIO(text), np.float32, delimiter=",", skiprows=1, ndmin=2)
            assert read.tobytes() == array.tobytes()


def test_a_layer_that_there_is_not():
    with pytest.raises(InputError, match="no layer 3"):
        ask(Session(PRESETS["seed"].make()), "keep_table", name="z", layer=3)
