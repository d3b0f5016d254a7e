"""What the view Open may ask for: the state after each way in, and the state unchanged after each refusal."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from multilayer import InputError, initialize
from multilayer.io.networks import bytes_of
from multilayer.web.answers import ENDPOINTS
from multilayer.web.generators import GENERATORS
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
SEED = bytes_of(PRESETS["seed"].make().network, "seed.json")
TABLE = "나이,<img onerror=alert(1)>,label\n1,2,a\n2,3,b\n3,4,a\n4,5,b\n".encode()


@pytest.fixture
def session():
    return Session(PRESETS["xor"].make())


def ask(session, asked, /, **request):
    endpoint = BY_NAME[asked]
    return endpoint.answer(session, endpoint.decode(msgspec.json.encode(request)))


def test_a_network_takes_rows_that_fit_or_rows_to_look_at(session):
    ask(session, "open_given", data=SEED, name="seed.json")
    assert session.state.network.widths == (2, 4, 3)
    assert session.state.rows.X.tolist() == PRESETS["xor"].make().rows.X.tolist()
    ask(session, "open_blank", widths=[3, 1])
    assert session.state.rows.X.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_targets_that_do_not_fit_are_left_out_and_this_is_said(session):
    found = ask(session, "open_blank", widths=[2, 3], output="softmax")
    assert session.state.rows.y is not None
    ask(session, "open_generated", rows={"by": "generator", "name": "line"})
    found = ask(session, "open_blank", widths=[1, 3], output="identity")
    assert session.state.rows.y is None
    assert any("left out" in note for note in found.notes)


def test_the_target_of_a_table_is_asked_and_said(session):
    preview = ask(session, "open_given", data=TABLE, name="t.csv").table
    assert session.revision == 0
    assert preview.names == ["나이", "<img onerror=alert(1)>", "label"]
    assert preview.numeric == [True, True, False]
    assert (preview.rows, preview.target) == (4, 2)
    found = ask(session, "open_table", data=TABLE, name="t.csv", targets=[2])
    assert "the target is label" in found.notes
    assert session.state.network.classes == ("a", "b")
    assert session.state.input_names == ("나이", "<img onerror=alert(1)>")
    ask(session, "open_table", data=TABLE, name="t.csv", targets=[])
    assert session.state.rows.y is None


def test_columns_are_taken_by_the_names_of_the_network(session):
    net = initialize((2, 1), inputs=["b", "a"], dtype=float, rng=0)
    ask(session, "open_given", data=bytes_of(net, "n.json"), name="n.json")
    ask(session, "open_table", data=b"a,c,b,y\n1,2,3,0.5\n4,5,6,1.5\n", name="t.csv", targets=[3])
    assert session.state.network == net
    assert session.state.rows.X.tolist() == [[3.0, 1.0], [6.0, 4.0]]


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_generators_make_the_same_rows_again(session, generator):
    for choice in generator.choices:
        request = {"by": "generator", "name": generator.name, "count": 50, "seed": 3, "choice": choice}
        ask(session, "open_generated", rows=request, network="new")
        first = session.state.rows
        assert first.X.shape == (50, len(generator.names))
        assert np.isfinite(first.X).all()
        again = first.origin.rows()
        np.testing.assert_array_equal(again.X, first.X)
        np.testing.assert_array_equal(again.y, first.y)
        ask(session, "open_generated", rows={**request, "seed": 4})
        if choice != "4" or generator.name != "gates":
            assert not np.array_equal(session.state.rows.X, first.X)


def test_gates_begin_with_the_truth_table(session):
    for gate, y in {"and": [0, 0, 0, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}.items():
        rows = {"by": "generator", "name": "gates", "count": 4, "choice": gate}
        ask(session, "open_generated", rows=rows)
        assert session.state.rows.X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert session.state.rows.y.tolist() == y


@pytest.mark.parametrize(
    ("name", "request_", "message"),
    [
        ("open_given", {"data": b"x" * 10, "name": "n.pkl"}, "pickle"),
        ("open_given", {"data": b"W1 = [[1, 2]]", "output": "sigmod"}, "did you mean 'sigmoid'"),
        ("open_table", {"data": TABLE, "name": "t.csv", "targets": [9]}, "no column 10"),
        ("open_table", {"data": b"a\nx\n", "name": "t.csv"}, "expected a column of numbers"),
        (
            "open_table",
            {"data": TABLE, "name": "t.csv", "targets": [0, 1], "network": "keep"},
            "expected a column",
        ),
        ("open_table", {"data": b"a,b,c\n1,2,3\n", "name": "t.csv", "network": "keep"}, "2 inputs"),
        ("open_table", {"data": SEED, "name": "seed.json"}, "expected a table"),
        ("open_blank", {"widths": [2, 1_000_000]}, "3,000,000 parameters"),
        ("open_blank", {"widths": [2, 10**18]}, "at most 100 layers"),
        ("open_blank", {"widths": [2] * 500}, "at most 100 layers"),
        ("open_blank", {"widths": [2]}, "malformed"),
        ("open_blank", {"widths": [2, 0]}, "malformed"),
        ("open_blank", {"widths": [2, 1], "output": "<img onerror>"}, "<img onerror>"),
        ("open_generated", {"rows": {"by": "generator", "name": "spiral"}}, "did you mean 'spirals'"),
        ("open_generated", {"rows": {"by": "generator", "name": "above", "choice": "y"}}, "no choice"),
        ("open_generated", {"rows": {"by": "generator", "name": "xor", "count": 10**9}}, "malformed"),
        ("preset", {"name": "sed"}, "did you mean 'seed'"),
    ],
)
def test_a_refusal_changes_nothing(session, name, request_, message):
    before = session.state
    with pytest.raises(InputError, match=message) as refused:
        ask(session, name, **request_)
    assert "\n" not in str(refused.value)
    assert session.state is before
    assert (session.revision, session.can_undo) == (0, False)
