"""Mistakes with tables and models: one line on stderr, exit code 2, nothing written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from multilayer.cli.app import run_command_line
from tests.cli.penguins import TEST, TINY, TRAIN
from tests.cli.test_mistakes import refused

NETWORK = Path(__file__).parents[2] / "examples" / "seed" / "network.json"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    (folder / "tiny.toml").write_text(TINY)
    options = ["--members", "1", "--config", str(folder / "tiny.toml"), "-o", str(folder / "m.safetensors")]
    assert run_command_line(["train", str(TRAIN), "--target", "species", *options]) == 0
    return folder / "m.safetensors"


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


ROWS = "".join(f"{x},{'ab'[x % 2]},{x % 3}\n" for x in range(30))
TABLES = {
    "empty": ("", "empty"),
    "header only": ("x,c,y\n", "no row"),
    "one row": ("x,c,y\n1,a,2.5\n", "found one row"),
    "one class": ("x,c,y\n" + "1,a,no\n2,b,no\n" * 10, "two classes"),
    "no target at all": ("x,c,y\n" + "1,a,\n2,b,\n" * 10, "y"),
    "constant target": ("x,c,y\n" + "1,a,2.5\n2,b,2.5\n" * 10, "varies"),
    "names as target": ("x,c,y\n" + "".join(f"{x},a,n{x}\n" for x in range(40)), "names of rows"),
    "constant columns": ("x,c,y\n" + "1,a,0\n1,a,1\n" * 10, "gives an input"),
    "target alone": ("y\n" + "0\n1\n" * 10, "beside its target"),
    "twice": ("x,x,y\n" + ROWS, "'x'"),
    "ragged": ("x,c,y\n1,a,2\n1,2\n", "line 3"),
    "lone quote": ('x,c,y\n1,a,2\n1,"b,2\n' + ROWS, "line 3"),
    "nul": ("x,c,y\n1,a\0,2\n" + ROWS, "line 2"),
    "infinite": ("x,c,y\n1e999,a,2\n" + ROWS, "line 2"),
}
LATE = {"gives an input", "beside its target"}
"""What is found after the first lines have told what was understood."""


@pytest.mark.parametrize(("text", "part"), TABLES.values(), ids=TABLES)
def test_a_table_that_cannot_be_learned_from(multilayer, tmp_path, text, part):
    (tmp_path / "bad.csv").write_text(text)
    done = multilayer("train", tmp_path / "bad.csv", "--target", "y", "--members", 1, "--time", 1)
    refused(replace(done, out="") if part in LATE else done, "bad.csv", part)
    assert names_in(tmp_path) == ["bad.csv"]


OPTIONS = {
    "no target": ((), "--target"),
    "near target": (("--target", "specis"), "'species'"),
    "near column": (("--target", "species", "--ignore", "yaer"), "'year'"),
    "ignored target": (("--target", "species", "--ignore", "species"), "ignored"),
    "task": (("--target", "species", "--task", "clustering"), "classification"),
    "task that does not fit": (("--target", "species", "--task", "regression"), "number"),
    "type": (("--target", "species", "--type", "island"), "COLUMN=TYPE"),
    "near type": (("--target", "species", "--type", "island=catgory"), "'category'"),
    "type of no column": (("--target", "species", "--type", "iland=category"), "'island'"),
    "type that does not fit": (("--target", "species", "--type", "island=number"), "line 2"),
    "members": (("--target", "species", "--members", "0"), "members"),
    "members that are no number": (("--target", "species", "--members", "many"), "members"),
    "time": (("--target", "species", "--time", "-1"), "time"),
    "seed": (("--target", "species", "--seed", "-1"), "--seed"),
    "separator": (("--target", "species", "--separator", ";;"), "separator"),
    "suffix": (("--target", "species", "-o", "m.json"), ".safetensors"),
    "folder": (("--target", "species", "-o", "nowhere/m.safetensors"), "nowhere"),
    "config": (("--target", "species", "--config", "none.toml"), "none.toml"),
}


@pytest.mark.parametrize(("options", "part"), OPTIONS.values(), ids=OPTIONS)
def test_a_mistake_with_an_option_of_train(multilayer, tmp_path, monkeypatch, options, part):
    (tmp_path / "t.csv").write_bytes(TRAIN.read_bytes())
    monkeypatch.chdir(tmp_path)
    refused(multilayer("train", "t.csv", *options), part)
    assert names_in(tmp_path) == ["t.csv"]


CONFIGS = {
    "unknown.toml": ("epoch = 3", "'epochs'"),
    "type.toml": ('epochs = "many"', "epochs: expected a whole number"),
    "entry.toml": ('hidden = [16, "x"]', "hidden, entry 2"),
    "limit.toml": ("dropout = 1.5", "dropout must be"),
    "syntax.toml": ("epochs 3", "TOML"),
    "twice.json": ('{"epochs": 1, "epochs": 2}', "twice"),
    "list.json": ("[]", "object"),
    "activation.json": ('{"activation_of_classes": "rellu"}', "'relu'"),
}


@pytest.mark.parametrize(("name", "text", "part"), [(name, *rest) for name, rest in CONFIGS.items()])
def test_a_mistake_in_a_config(multilayer, tmp_path, name, text, part):
    (tmp_path / name).write_text(text)
    out = tmp_path / "m.safetensors"
    refused(
        multilayer("train", TRAIN, "--target", "species", "--config", tmp_path / name, "-o", out), name, part
    )
    assert not out.exists()


LINES = TEST.read_text().splitlines()
NEW = {
    "missing column": ("\n".join(line.replace("island", "isle") for line in LINES), "did you mean 'isle'"),
    "became text": ("\n".join([*LINES[:3], LINES[3].replace("193", "long") + "\n"]) + "\n", "flipper"),
    "no table": ("", "empty"),
}


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain", "diagnose"])
@pytest.mark.parametrize("fault", ["missing column", "no table"])
def test_a_table_that_does_not_fit_the_model(multilayer, tmp_path, model, command, fault):
    text, part = NEW[fault]
    (tmp_path / "new.csv").write_text(text)
    refused(multilayer(command, model, tmp_path / "new.csv"), "new.csv", part)


def test_a_column_that_became_text_has_its_line_and_nothing_is_written(multilayer, tmp_path, model):
    rows = TEST.read_text().splitlines()
    rows[5] = rows[5].replace(rows[5].split(",")[4], "long")
    (tmp_path / "new.csv").write_text("\n".join(rows))
    done = multilayer("predict", model, tmp_path / "new.csv", "-o", tmp_path / "out.csv")
    refused(done, "new.csv, line 6", "flipper_length_mm", "'long'")
    assert names_in(tmp_path) == ["new.csv"]


@pytest.mark.parametrize("table", [".", "..", "nowhere.csv", "nowhere/t.csv"])
def test_a_table_that_is_not_there(multilayer, tmp_path, monkeypatch, model, table):
    monkeypatch.chdir(tmp_path)
    refused(multilayer("train", table, "--target", "y"))
    refused(multilayer("predict", model, table))
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain"])
def test_a_network_is_no_model(multilayer, tmp_path, command):
    refused(multilayer(command, NETWORK, TEST), "network.json")


def test_a_model_is_no_network(multilayer, model):
    refused(multilayer("run", model, TEST), "model of a table")
    refused(multilayer("summary", model), "model of a table")


PREDICT = {
    "suffix": (("-o", "out.xlsx"), ".parquet"),
    "folder": (("-o", "nowhere/out.csv"), "nowhere"),
    "coverage": (("--interval", "1.5"), "coverage"),
    "keep": (("--keep", "ilsand"), "'island'"),
}


@pytest.mark.parametrize(("options", "part"), PREDICT.values(), ids=PREDICT)
def test_a_mistake_with_an_option_of_predict(multilayer, tmp_path, monkeypatch, model, options, part):
    monkeypatch.chdir(tmp_path)
    refused(multilayer("predict", model, TEST, *options), part)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("command", "option", "of"),
    [
        ("predict", "-o", "table"),
        ("evaluate", "--html", "table"),
        ("evaluate", "--html", "train"),
        ("explain", "--html", "model"),
        ("diagnose", "--html", "table"),
    ],
)
def test_what_is_read_is_not_written_over(multilayer, tmp_path, model, command, option, of):
    files = {
        "model": tmp_path / "m.safetensors",
        "table": tmp_path / "t.csv",
        "train": tmp_path / "train.csv",
    }
    before = {"model": model.read_bytes(), "table": TEST.read_bytes(), "train": TRAIN.read_bytes()}
    for name, file in files.items():
        file.write_bytes(before[name])
    (tmp_path / "link.csv").symlink_to(files[of])
    more = ("--train", files["train"]) if of == "train" else ()
    for written in (files[of], tmp_path / "link.csv"):
        refused(
            multilayer(command, files["model"], files["table"], *more, option, written),
            "it is read here, too",
        )
    assert {name: file.read_bytes() for name, file in files.items()} == before


def test_results_are_not_written_over_samples(multilayer, tmp_path):
    samples = tmp_path / "s.csv"
    samples.write_text("x1,x2\n0,1\n")
    refused(multilayer("run", NETWORK, samples, "-o", samples), "s.csv: it is read here, too")
    assert samples.read_text() == "x1,x2\n0,1\n"


def test_options_that_do_not_go_together_are_refused_before_the_table_is_read(multilayer, tmp_path):
    options = ("--target", "species", "--time", 1, "--checkpoint", tmp_path / "c")
    refused(
        multilayer("train", tmp_path / "none.csv", *options),
        "a checkpoint and a time limit do not go together",
    )


def test_probabilities_of_a_quantity(multilayer, tmp_path, model):
    (tmp_path / "tiny.toml").write_text(TINY)
    options = ("--members", 1, "--config", tmp_path / "tiny.toml", "-o", tmp_path / "m.safetensors")
    multilayer("train", TRAIN, "--target", "body_mass_g", *options)
    refused(multilayer("predict", tmp_path / "m.safetensors", TEST, "--proba"), "--proba", "body_mass_g")


def test_evaluate_needs_the_target(multilayer, tmp_path, model):
    (tmp_path / "new.csv").write_text("\n".join(line.split(",", 1)[1] for line in LINES))
    refused(multilayer("evaluate", model, tmp_path / "new.csv"), "'species'")


def test_a_class_that_the_model_does_not_know(multilayer, tmp_path, model):
    (tmp_path / "new.csv").write_text(TEST.read_text().replace("Gentoo", "Emperor"))
    refused(multilayer("evaluate", model, tmp_path / "new.csv"), "Emperor")


def test_options_of_networks_are_refused_for_models(multilayer, model):
    refused(multilayer("diagnose", model, TEST, "--loss", "squared"), "--loss")


def test_a_model_file_that_was_changed(multilayer, tmp_path, model):
    data = model.read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(data[:-100])
    refused(multilayer("predict", tmp_path / "cut.safetensors", TEST), "cut.safetensors")
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert "multilayer-model" in header["__metadata__"]
