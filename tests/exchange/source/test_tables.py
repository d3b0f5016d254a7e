"""A model of a table as C, Python and JavaScript: every transform, rows of texts, and the answers of the model."""

import datetime
import subprocess
import sys

import numpy as np
import pytest

from multilayer import InputError
from multilayer.exchange.source import SOURCES, c_source, fixed_c_source, javascript_source, python_source
from multilayer.exchange.source.table_plan import table_plan_of, texts_of
from multilayer.tables import Column, Columns, ColumnSchema, Encoder, Model, Target, columns_of
from multilayer.tables.calibration import Calibration
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.row_norm import NORMS, RowNorm
from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import PARTS, DatePart
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled
from multilayer.tables.transforms.table import TRANSFORMS
from tests.exchange.networks import random_network
from tests.exchange.source.compilers import GCC
from tests.exchange.source.test_c import NASTY

pytestmark = pytest.mark.native

POINTS = np.array([[-1.0, 0.1, 2.0, 7.0], [-2.0, -0.3, 0.4, 1.9]])
KNOWN = ("1", "2.5", "true", 'a "b"\\', "\u00e9")
ENCODER = Encoder(
    (
        ColumnEncoder(ColumnSchema("size", "number"), (Scaled(1.7, 0.3), Indicator(-0.7, 1.1))),
        ColumnEncoder(ColumnSchema(NASTY[1], "number"), (Binned(np.array([-1.0, 0.1, 0.7, 5.0]), 0.3),)),
        ColumnEncoder(ColumnSchema("rank", "number"), (Normal(POINTS, 0.2), Linear(0.1, 1.7, -3.0))),
        ColumnEncoder(
            ColumnSchema("kind", "category", KNOWN),
            (OneHot(np.linspace(-1, 0, 6), np.linspace(1, 2, 6), True), Indicator(0.1, 0.9)),
        ),
        ColumnEncoder(ColumnSchema("rare", "category", ()), (OneHot(np.zeros(1), np.ones(1), True),)),
        ColumnEncoder(ColumnSchema("two", "category", ("no", "yes")), (TwoValues(-1.1, 0.9, 0.1),)),
        ColumnEncoder(ColumnSchema("grade", "category", ("low", "mid", "high")), (Ordinal(1.0, 0.7),)),
        ColumnEncoder(
            ColumnSchema("when", "date"),
            (*(DatePart(part, 0.3, 0.7) for part in PARTS), Indicator(-0.2, 0.8)),
        ),
        ColumnEncoder(
            ColumnSchema("born", "date"), (DatePart("days", 3e4, 1e-4), DatePart("hour, sine", 0.1, 2.0))
        ),
    ),
    norms=(
        RowNorm("l2", (0, 2, 5), 1e-3),
        RowNorm("l1", (1, 3)),
        RowNorm("max", (6, 13)),
        RowNorm("largest", (7, 8, 15)),
    ),
)
DATES = [
    "0000-01-01",
    "0000-03-01",
    "0001-12-31",
    "1600-02-29",
    "1900-02-28T23:59:59.999999",
    "1900-03-01",
    "NaT",
]
DATES += [
    "1969-12-31T23:59:59.999999",
    "1970-01-01",
    "2000-02-29T12:00:00.5",
    "2024-12-31",
    "9999-12-31T23:59:59.999999",
]
EDGES = np.array(DATES, "datetime64[us]").astype(np.int64)
QUANTITY = Target("y", "regression", (), 3.1, 0.7, 2.0, 4.5)
CLASSES = Target("y", "classification", ("a", "b\n", "c"))


def model(target, calibration=None, dtype=np.float32):
    last = "softmax" if target.classes else "identity"
    nets = [
        random_network((ENCODER.width, 9, 5, target.outputs), (one, "selu", last), dtype)
        for one in ("tanh", "gelu")
    ]
    return Model(ENCODER, nets, target, calibration)


MODELS = {
    "quantity": model(QUANTITY),
    "classes": model(CLASSES),
    "float64": model(CLASSES, dtype=np.float64),
    "calibrated": model(CLASSES, Calibration(1.7, 90)),
}


def rows(made):
    """Rows as texts, and as a table: usual ones, edges of bins, the ends of numbers, categories by value, gaps."""
    random = np.random.default_rng(3)
    numbers = [0.0, -0.0, 0.1, 0.7, 5.0, 7.0, -1.0, 1e300, -1e300, 5e-324, 1e-30, np.nan, 1.7]
    categories = {
        "kind": [*KNOWN, "1.0", " 2.50 ", "TRUE", "01", "unknown", "", "NA"],
        "rare": ["anything", ""],
        "two": ["no", "yes", "perhaps", "None"],
        "grade": ["low", "mid", "high", "Low", "?"],
    }
    table = {}
    for schema in made.encoder.schema:
        if schema.kind == "number":
            values = np.concatenate([random.choice(numbers, 60), random.normal(1, 3, 60)])
            table[schema.name] = Column(schema.name, "number", values)
        elif schema.kind == "date":
            every = np.concatenate([EDGES, random.integers(-(2**35), 2**35, 60) * 1_000_003])
            dates = random.choice(every, 120).astype("datetime64[us]")
            table[schema.name] = Column(schema.name, "date", dates)
        else:
            texts = random.choice(categories[schema.name], 120)
            known = tuple(dict.fromkeys(texts))
            codes = np.array([known.index(one) for one in texts], np.int32)
            table[schema.name] = Column(schema.name, "category", codes, known)
    columns = Columns(table.values())
    return texts_of(columns), columns


def folder_of(sources, folder):
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="ascii")
    return folder / next(iter(sources))


RUNS = {
    "c": (c_source, SOURCES["c"].run_rows),
    "python": (python_source, SOURCES["python"].run_rows),
    "javascript": (javascript_source, SOURCES["javascript"].run_rows),
}
every_language = pytest.mark.parametrize(
    "language", ["c", "python", pytest.param("javascript", marks=pytest.mark.oracle)]
)


def test_every_transform_is_there():
    assert {type(one) for column in ENCODER.columns for one in column.transforms} == set(TRANSFORMS.values())
    assert {norm.norm for norm in ENCODER.norms} == NORMS.keys()


@every_language
@pytest.mark.parametrize("name", MODELS)
def test_the_answers_are_those_of_the_model(name, language, tmp_path):
    made = MODELS[name]
    source, run_rows = RUNS[language]
    texts, columns = rows(made)
    run, _ = run_rows(folder_of(source(made, "net"), tmp_path))
    expected = made(columns).reshape(len(texts), -1)
    bound = table_plan_of(made, "net").bound
    assert bound == 0.0 or name == "calibrated"
    found = run(texts)
    same = (np.abs(found - expected) <= bound * expected) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), (found[~same], expected[~same])


@every_language
def test_the_self_test(language, tmp_path):
    source, _ = RUNS[language]
    sources = source(MODELS["calibrated"], "net")
    for file, status in (
        (sources, 0),
        ({name: text.replace("1.7", "1.8") for name, text in sources.items()}, 1),
    ):
        path = folder_of(file, tmp_path)
        command = {"c": ["./net"], "python": [sys.executable, "-I", path], "javascript": ["node", path]}[
            language
        ]
        if language == "c":
            flags = ("-O1", "-ffp-contract=off", "-DNET_MAIN")
            subprocess.run([*GCC, *flags, path, "-o", "net", "-lm"], cwd=tmp_path, check=True)
        run = subprocess.run([*command, "--self-test"], cwd=tmp_path, capture_output=True, check=False)
        assert run.returncode == status, run


def test_rows_of_a_file(tmp_path):
    made = MODELS["classes"]
    path = folder_of(python_source(made, "net"), tmp_path)
    names = [schema.name for schema in made.encoder.schema]
    run = [sys.executable, "-I", path]
    namespace = {"__name__": "net"}
    exec(path.read_text(), namespace)  # noqa: S102
    moment = datetime.datetime(2024, 2, 29, 10, 30, tzinfo=None)
    row = {"size": 2, NASTY[1]: "0.5", "rank": None, "kind": 1.0, "rare": "", "two": "yes", "grade": "mid"}
    row |= {"when": moment, "born": moment.date()}
    assert np.array_equal(
        namespace["predict"](row), made(columns_of({key: [value] for key, value in row.items()}))[0]
    )
    assert namespace["classify"](row) == made.predict(row)
    assert namespace["COLUMNS"] == tuple(names)
    simple = subprocess.run(run, input="size\n1\n", capture_output=True, text=True, check=False)
    assert simple.returncode == 2
    assert "there is no column" in simple.stderr
    with pytest.raises(ValueError, match="column size: 'x' is not a number"):
        namespace["predict"](row | {"size": "x"})


def test_what_has_no_source_is_refused_by_name():
    with pytest.raises(InputError, match="written as C, Python, JavaScript and HTML"):
        fixed_c_source(MODELS["classes"], np.zeros((2, ENCODER.width)))


TEXTS = {
    "2024-01-31": "2024-01-31",
    " 2024-01-31T10:30 ": "2024-01-31T10:30",
    "2024-01-31 10:30:59.25Z": "2024-01-31T10:30:59.25",
    "2024/1/31 10:30:59": "2024-01-31T10:30:59",
    "31.1.2024": "2024-01-31",
    "29.02.2000 00:00:00.000001": "2000-02-29T00:00:00.000001",
    "0000-02-29Z": "0000-02-29",
    "n/a": "NaT",
}
NO_DATES = (
    *(
        "2024-1-31",
        "2024-02-30",
        "1900-02-29",
        "2024-00-10",
        "2024-13-01",
        "2024-01-00",
        "24-01-31",
        "31/01/2024",
    ),
    *("2024-01-31T24:00", "2024-01-31T10:60", "2024-01-31T10:30:60", "2024-01-31T10", "2024-01-31T10:30:59."),
    *(
        "2024-01-31T10:30:59.1234567",
        "2024/01/31Z",
        "2024-01-31t10:30",
        "-2024-01-31",
        "2024-01-31+01:00",
        "1.1.24",
    ),
    *(
        "2024-01-31T1:30",
        "2024-01/31",
        "1.1.02024",
        "1e3",
        "soon",
        "2024-01-31 10:30 and a text that goes on and on",
    ),
)


@every_language
def test_texts_of_dates(language, tmp_path):
    """They are read as tables are, and what is no date there is none here."""
    encoder = Encoder(
        (ColumnEncoder(ColumnSchema("when", "date"), (DatePart("days", 0.0, 1e-4), Indicator())),)
    )
    net = random_network((2, 3, 1), ("tanh", "identity"), np.float32)
    made = Model(encoder, (net,), Target("y", "regression", (), low=-99.0, high=99.0))
    source, run_rows = RUNS[language]
    run, _ = run_rows(folder_of(source(made, "net"), tmp_path))
    dates = np.array(list(TEXTS.values()), "datetime64[us]")
    expected = made(Columns([Column("when", "date", dates)]))
    assert np.array_equal(run([[text] for text in TEXTS]).ravel(), expected)
    assert np.array_equal(made({"when": np.array(list(TEXTS), object)}), expected)
    for text in NO_DATES:
        with pytest.raises(InputError, match="failed"):
            run([[text]])
        with pytest.raises(InputError):
            made({"when": np.array([text, "2024-01-31"], object)})


@pytest.mark.oracle
def test_a_date_of_javascript(tmp_path):
    encoder = Encoder((ColumnEncoder(ColumnSchema("when", "date"), (DatePart("days", 0.0, 1e-4),)),))
    net = random_network((1, 3, 1), ("tanh", "identity"), np.float32)
    made = Model(encoder, (net,), Target("y", "regression", (), low=-99.0, high=99.0))
    path = folder_of(javascript_source(made, "net"), tmp_path)
    script = f'import {{ predict }} from "{path}"; console.log(predict({{ when: new Date(1e12) }}))'
    run = ["node", "--input-type=module", "-e", script]
    found = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert float(found) == made({"when": np.datetime64(10**12, "ms")})
