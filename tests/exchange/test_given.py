"""Both sides of a conversion on a user's own rows of a table."""

import numpy as np
import pandas as pd
import pytest

from multilayer import InputError
from multilayer.cli.app import run_command_line
from multilayer.exchange import convert
from multilayer.exchange.given import OTHER, rows_given
from multilayer.exchange.source import SOURCES
from multilayer.exchange.source_formats import prover_of
from multilayer.exchange.table_proof import Rows
from multilayer.tables import Column, Columns
from tests.exchange.onnx.test_tables import model
from tests.tables.test_model import frame

ROWS = 37
TARGETS = {"onnx": "ONNX Runtime", "c": "gcc", "py": "Python", "mjs": "Node"}


def own_rows():
    """Rows with columns in another order, some that the model does not use, gaps, and categories of no training row."""
    found = frame(ROWS, seed=9).drop(columns="since")
    found.loc[3, "job"] = "juggler"
    found.loc[4, "job"] = None
    found["note"] = "x, y"
    return found[found.columns[::-1]]


@pytest.mark.native
@pytest.mark.parametrize(
    "suffix", ["c", "py", *(pytest.param(one, marks=pytest.mark.oracle) for one in ("onnx", "mjs"))]
)
def test_convert(tmp_path, monkeypatch, capsys, suffix):
    monkeypatch.chdir(tmp_path)
    model().save("m.safetensors")
    own_rows().to_csv("own.csv", index=False)
    assert run_command_line(["convert", "m.safetensors", f"n.{suffix}", "--check", "own.csv"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"for {ROWS} samples" in out
    assert TARGETS[suffix] in out


def test_rows_in_memory_are_those_of_the_file(tmp_path):
    made = model()
    own_rows().to_csv(tmp_path / "own.csv", index=False)
    there, here = (rows_given(one, made) for one in (tmp_path / "own.csv", own_rows()))
    assert there.names == here.names == tuple(one.name for one in made.encoder.schema)
    for name in there.names:
        assert there[name].texts() == here[name].texts()
    assert here["job"].texts()[3:5] == [OTHER, None]
    np.testing.assert_array_equal(made(there), made(own_rows()))


def test_a_difference_in_one_of_the_rows_is_found(tmp_path):
    made = model()
    given = rows_given(own_rows(), made)
    answers = made(given)
    answers[11] += 0.01
    wrong = SOURCES["python"]._replace(run_rows=lambda path: (lambda rows: answers, "another program"))
    with pytest.raises(InputError, match="of sample 12; nothing was written"):
        prover_of(wrong)(made, tmp_path, given).check()


def test_rows_that_nothing_runs(tmp_path):
    model().save(tmp_path / "m.safetensors")
    done = convert(tmp_path / "m.safetensors", tmp_path / "n.safetensors", check=own_rows())
    assert done.notes[-1] == "no other program ran the rows that were given"


@pytest.mark.native
def test_a_page_says_that_it_tests_itself(tmp_path):
    model().save(tmp_path / "m.safetensors")
    page = convert(tmp_path / "m.safetensors", tmp_path / "n.html", check=own_rows())
    assert page.notes == ("the page tests itself whenever it is opened",)


def test_fixed_point_has_no_tables_whatever_the_rows(tmp_path):
    model().save(tmp_path / "m.safetensors")
    with pytest.raises(InputError, match="a model of a table is written as C, Python, JavaScript and HTML"):
        convert(tmp_path / "m.safetensors", tmp_path / "n.c", to_format="fixed-c", check=own_rows())


def test_rows_that_are_none(tmp_path):
    model().save(tmp_path / "m.safetensors")
    (tmp_path / "own.csv").write_text("age,job,smoker\n")
    with pytest.raises(InputError, match=r"own\.csv: there are no rows to compare both sides on"):
        convert(tmp_path / "m.safetensors", tmp_path / "n.py", check=tmp_path / "own.csv")
    with pytest.raises(InputError, match="expected a column 'smoker'"):
        convert(tmp_path / "m.safetensors", tmp_path / "n.py", check={"age": [1.0], "job": ["cook"]})
    assert not (tmp_path / "n.py").exists()


@pytest.mark.parametrize(
    ("rows", "value", "found"),
    [
        (Rows(gaps=frozenset()), np.nan, "row 2 .* has a gap in column 'age'"),
        (Rows(whole=frozenset({"age"})), np.nan, "row 2 .* has a gap in column 'age'"),
        (Rows(whole=frozenset({"age"})), 0.5, "row 2 .* has 0.5 in column 'age'"),
        (
            Rows(known_alone=frozenset({"job"})),
            "juggler",
            "has a category of no training row in column 'job'",
        ),
        (Rows(known_alone=frozenset({"job"})), None, "has a gap in column 'job'"),
        (Rows(), np.nan, ""),
        (Rows(gaps=frozenset(), whole=frozenset({"age"})), 3.0, ""),
    ],
)
def test_a_value_that_the_source_does_not_take_is_refused(rows, value, found):
    made = model()
    table = pd.DataFrame({"age": [30.0, 40.0], "job": ["cook", "cook"], "smoker": [True, False]})
    table.loc[1, "job" if value is None or isinstance(value, str) else "age"] = value
    given = rows_given(table, made)
    if found:
        with pytest.raises(InputError, match=found):
            rows.of(made, given)
    else:
        assert rows.of(made, given) is given


@pytest.mark.oracle
def test_a_pipeline_in_a_file_of_skl2onnx(tmp_path):
    """Its own rows as they were fitted, then with what the pipeline does not take."""
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X = pd.DataFrame({"size": np.linspace(1, 9, 30), "kind": ["u", "v", "w"] * 10})
    mixed = ColumnTransformer([("a", StandardScaler(), ["size"]), ("b", OneHotEncoder(), ["kind"])])
    pipeline = make_pipeline(mixed, MLPClassifier((5,), max_iter=20, random_state=0))
    with pytest.warns(match="Maximum iterations"):
        pipeline.fit(X, X["size"] > 5)
    kinds = [("size", FloatTensorType([None, 1])), ("kind", StringTensorType([None, 1]))]
    exported = skl2onnx.to_onnx(pipeline, initial_types=kinds, options={"zipmap": False})
    (tmp_path / "p.onnx").write_bytes(exported.SerializeToString())
    done = convert(tmp_path / "p.onnx", tmp_path / "n.safetensors", check=X)
    assert done.proofs[0].rows == 30
    for name, value in (("size", np.nan), ("kind", "x")):
        other = X.astype(object)
        other.loc[7, name] = value
        with pytest.raises(InputError, match=rf"row 8 .* in column '{name}'"):
            convert(tmp_path / "p.onnx", tmp_path / "o.safetensors", check=other)


def test_an_unseen_category_is_one_of_its_own():
    """The placeholder has the code after the last category, which the model takes as unseen, too."""
    made = model()
    other = rows_given({"age": [30.0], "job": ["juggler"], "smoker": ["true"]}, made)["job"]
    assert other.categories[-1] == OTHER
    assert other.values.tolist() == [len(other.categories) - 1]
    coded = Columns([Column("job", "category", np.array([-2], np.int32), other.categories[:-1])])
    assert rows_given(Columns([*coded, *rows_given(own_rows(), made).take([0]).without(["job"])]), made)[
        "job"
    ].texts() == [OTHER]
