"""What is pasted or dropped: every route to a network gives the same y, and what is no network is refused in a line."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from multilayer import Dense, InputError, initialize
from multilayer.io.networks import bytes_of
from multilayer.web.given import given
from multilayer.web.opening import TextTable, rows_of_table
from multilayer.web.presets import PRESETS

SEED = PRESETS["seed"].make()
NET, X = SEED.network, SEED.rows.X
FIRST, LAST = NET.layers


def array_text(array):
    return f"np.{np.array(array)!r}"


PASTED = {
    "repr": "\n".join(
        f"W{n} = {array_text(layer.W)}\nb{n} = {array_text(layer.b)}" for n, layer in enumerate(NET.layers, 1)
    ),
    "print": "\n".join(f"W{n} =\n{layer.W}\nb{n} =\n{layer.b}" for n, layer in enumerate(NET.layers, 1)),
    "book": "\n".join(
        f"network['W{n}'] = np.array({layer.W.tolist()})  # layer {n}\nnetwork['b{n}'] = np.array({layer.b.tolist()})"
        for n, layer in enumerate(NET.layers, 1)
    ),
    "from 0": "\n".join(
        f"w({n}) = {layer.W.tolist()}\n  b({n}) = {layer.b.tolist()}" for n, layer in enumerate(NET.layers)
    ),
    "tuples": "\n".join(
        f"weights_{n} = {tuple(map(tuple, layer.W.tolist()))}\nbias_{n} = {tuple(layer.b.tolist())}"
        for n, layer in enumerate(NET.layers, 1)
    ),
    "json": bytes_of(NET, "n.json").decode(),
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_pasted_text_is_the_seed(text):
    assert given(text.encode(), "") == NET


@pytest.mark.parametrize("name", ["seed.json", "seed.safetensors", "SEED.JSON"])
def test_a_file_is_the_seed(name):
    assert given(bytes_of(NET, name), name) == NET


def test_a_bias_may_be_left_out_and_activations_are_asked():
    net = given(b"W1 = [[1, 2], [3, 4]]\nW2 = [[1], [2]]", "", "relu", "identity")
    assert net.layers[0] == Dense([[1.0, 2.0], [3.0, 4.0]], None, "relu")
    assert str(net.layers[1].activation) == "Identity()"


TABLES = {
    "numpy": f"np.{X!r}".encode(),
    "printed": str(X).encode(),
    "plain": b"0 1\n1 1\n-1 0\n2 -1\n-1 1\n",
    "tabs": b"0\t1\n1\t1\n-1\t0\n2\t-1\n-1\t1\n",
    "commas": b"0,1\n1,1\n-1,0\n2,-1\n-1,1\n",
    "decimal commas": b"0,0;1,0\n1,0;1,0\n-1,0;0,0\n2,0;-1,0\n-1,0;1,0\n",
    "header": b"x1,x2\n0,1\n1,1\n-1,0\n2,-1\n-1,1\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_pasted_rows(text):
    rows, _ = rows_of_table(given(text, ""))
    assert rows.X.tolist() == X.tolist()
    np.testing.assert_array_equal(NET(rows.X), NET(X))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff키;몸무게;성별\n1,70;60,5;여\n1,80;75;남\n".encode(),
        "키;몸무게;성별\n1,70;60,5;여\n1,80;75;남\n".encode("utf-16"),
    ],
)
def test_a_csv_file_of_a_korean_spreadsheet(text):
    table = given(text, "표.csv")
    assert isinstance(table, TextTable)
    assert table.names == ("키", "몸무게", "성별")
    assert table.numeric == (True, True, False)
    rows, notes = rows_of_table(table, [2])
    assert rows.X.tolist() == [[1.7, 60.5], [1.8, 75.0]]
    assert rows.y.tolist() == ["여", "남"]
    assert any("decimal comma" in note for note in notes)


def test_rows_with_gaps_are_left_out_and_counted():
    rows, notes = rows_of_table(given(b"a,b,c\n1,,x\n2,3,\n4,5,y\n", "t.csv"), [2])
    assert rows.X.tolist() == [[4.0, 5.0]]
    assert "rows with gaps, left out: 2" in notes


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (pickle.dumps(1), "net.pkl", "can hold a pickle"),
        (pickle.dumps(1), "net.json", "found a pickle"),
        (pickle.dumps(1), "t.csv", "found a pickle"),
        (b"PK\x03\x04", "net.safetensors", "found a zip archive"),
        (b"a,b\n1,2\n1,2,3\n", "t.csv", "t.csv, line 3: expected 2 cells, as in line 1, found 3"),
        (b"a,b\n", "t.csv", "expected rows below the header"),
        (b"", "t.csv", "empty"),
        (b"", "", "empty"),
        (b"W1 = [[1, 2], [3]]", "", "W1: row 2: expected 2 numbers, as in row 1, found 1"),
        (b"[[1, 2], [3]]", "", "row 2: expected 2 numbers, as in row 1, found 1"),
        (b"W1 = [[1, 2, 3, 4, 5]]\nW2 = [[1, 2, 3]] * 4", "", "is not a number"),
        (b"W1 = [[1,2,3,4,5]]\nW2 = [[1,2,3],[1,2,3],[1,2,3],[1,2,3]]", "", "(4, 3).*5 units"),
        (b"W1 = [[1, 2]]\nb1 = [1, 2, 3]", "", "layer 1: b has shape"),
        (b"W1 = [[1]]\nW3 = [[1]]", "", "with a number for each layer"),
        (b"b1 = [1]", "", "W1 is missing"),
        (b"W1 = __import__('os').system('true')", "", "W1: .* is not a number"),
        (b"W1 = [[nan]]", "", "expected finite numbers"),
        (b"W1 = [[1, ..., 2]]", "", "left out"),
        (b"{", "", "line 1"),
    ],
)
def test_what_is_neither_is_refused_in_one_line(data, name, message):
    with pytest.raises(InputError, match=message) as refused:
        rows_of_table(given(data, name))
    assert "\n" not in str(refused.value)


def test_a_large_network_is_refused():
    net = initialize((10, 100_000), dtype=np.float32, rng=0)
    with pytest.raises(InputError, match="1,100,000 parameters"):
        given(bytes_of(net, "n.safetensors"), "n.safetensors")
