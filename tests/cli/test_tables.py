"""Train and predict on tables: what is printed, what is written, that a seed decides all of it."""

import io
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from multilayer.cli.train import train as command
from multilayer.tables import Model
from multilayer.tables.target import TASKS
from tests.cli.penguins import TEST, TRAIN


def read(text):
    return pd.read_csv(io.StringIO(text))


def test_train_tells_what_it_understood_what_it_reached_and_what_to_do_next(multilayer, folder, tmp_path):
    table = shutil.copy(TRAIN, tmp_path)
    done = multilayer(
        "train",
        table,
        "--target",
        "species",
        "--members",
        "2",
        "--config",
        folder / "tiny.toml",
        "--ignore",
        "year",
    )
    assert done.code == 0
    model = tmp_path / "train.model.safetensors"  # beside the table
    assert f"wrote {model}" in done.out
    for part in (
        "275 rows, 7 columns",
        "species, 3 classes (Adelie 44",
        "classification",
        "numbers     bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g\n",
        "2 networks in ",
        "island (3), sex (2)",
        "sex 10, bill_length_mm 2",
        "another of 5 parts",
        f"multilayer evaluate {model} TABLE",
    ):
        assert part in done.out
    # Its figures are those of the held-out rows, as the model keeps them.
    record = Model.load(model).record
    accuracy = float(re.search(r"accuracy ([\d.]+)", done.out)[1])
    assert accuracy == pytest.approx(100 * record["scores"]["accuracy"], abs=0.05)
    assert record["scores"]["accuracy"] > 0.9
    assert "much better than the same answer" in done.out
    shares = pd.read_csv(TRAIN)["species"].value_counts(normalize=True)
    assert f"the most frequent class alone has {100 * shares.max():.3g}" in done.out


def test_a_rare_class_is_judged_by_the_auc(multilayer, folder, tmp_path):
    """Its accuracy is that of the most frequent class, and the columns predict it all the same."""
    rng, file = np.random.default_rng(0), tmp_path / "t.csv"
    x = rng.normal(size=2000)
    rare = rng.random(2000) < 0.04 * np.exp(x)
    config = ("--members", "5", "--config", folder / "tiny.toml")
    for name, values in {"x": x, "noise": rng.normal(size=2000)}.items():
        pd.DataFrame({name: values, "rare": np.where(rare, "yes", "no")}).to_csv(file, index=False)
        done = multilayer("train", file, "--target", "rare", *config)
        skill = Model.load(tmp_path / "t.model.safetensors").record["skill"]
        assert f"AUC {skill['value']:.4g} on held-out rows" in done.out
        assert ("may not predict" in done.out) == (name == "noise")


def test_the_same_seed_is_the_same_file(multilayer, folder, species, tmp_path):
    def train(seed):
        file = tmp_path / f"{seed}.safetensors"
        options = ("--members", 2, "--config", folder / "tiny.toml", "--seed", seed, "-o", file)
        assert multilayer("train", TRAIN, "--target", "species", *options).code == 0
        return file

    first, again, other = Model.load(species), Model.load(train(0)), Model.load(train(1))
    x = pd.read_csv(TEST)
    np.testing.assert_array_equal(first(x), again(x))
    assert not np.array_equal(first(x), other(x))


def test_rows_without_a_target_are_left_out(multilayer, folder, tmp_path):
    file = tmp_path / "m.safetensors"
    options = ("--members", 1, "--config", folder / "tiny.toml", "-o", file)
    done = multilayer("train", TRAIN, "--target", "sex", *options)
    assert done.code == 0
    assert "10 of 275 rows have no 'sex', and are left out" in done.err
    assert Model.load(file).record["rows"] == 265


def test_a_time_limit_is_told(multilayer, folder, tmp_path):
    table = tmp_path / "t.csv"
    pd.concat([pd.read_csv(TRAIN)] * 20).to_csv(table, index=False)
    file = tmp_path / "m.safetensors"
    done = multilayer("train", table, "--target", "species", "--members", 2, "--time", 0.3, "-o", file)
    assert done.code == 0
    assert "the time limit leaves" in done.out
    assert file.exists()


def test_types_are_set(multilayer, folder, tmp_path):
    file = tmp_path / "m.safetensors"
    options = ("--members", 1, "--config", folder / "tiny.toml", "-o", file, "--type", "year=category")
    done = multilayer("train", TRAIN, "--target", "species", *options)
    assert "year (3)" in done.out
    schema = {column.name: column for column in Model.load(file).encoder.schema}
    assert schema["year"].categories == ("2007", "2008", "2009")


def test_suspicions_are_said_before_training(multilayer, folder, tmp_path):
    frame = pd.read_csv(TRAIN)
    frame["paid"] = frame["species"].map({"Adelie": 1.5, "Gentoo": 2.5, "Chinstrap": 0.5})
    frame.to_csv(tmp_path / "leak.csv", index=False)
    options = ("--members", 1, "--config", folder / "tiny.toml", "-o", tmp_path / "m.safetensors")
    done = multilayer("train", tmp_path / "leak.csv", "--target", "species", *options)
    assert "suspicious: the column 'paid' alone predicts 'species'" in done.out
    assert done.out.index("suspicious") < done.out.index("trained")


def test_tasks_are_those_of_tables():
    (option,) = [option for option in command.params if option.name == "task"]
    assert tuple(option.type.choices) == TASKS


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".tsv"])
def test_predict_writes_what_the_model_says(multilayer, species, tmp_path, suffix):
    file = tmp_path / f"out{suffix}"
    done = multilayer("predict", species, TEST, "-o", file, "--proba", "--interval", 0.9, "--keep", "island")
    assert (done.code, done.out) == (0, "")
    assert f"wrote 69 rows to {file}" in done.err
    readers = {
        ".csv": pd.read_csv,
        ".tsv": lambda path: pd.read_csv(path, sep="\t"),
        ".parquet": pd.read_parquet,
        ".jsonl": lambda path: pd.read_json(path, lines=True),
    }
    found, test, model = readers[suffix](file), pd.read_csv(TEST), Model.load(species)
    names = ["species", "island", "prediction", "p(Adelie)", "p(Chinstrap)", "p(Gentoo)", "set"]
    assert found.columns.tolist() == names  # the target is not used by the model, and passed on
    assert found["species"].tolist() == test["species"].tolist()
    assert found["island"].tolist() == test["island"].tolist()
    assert found["prediction"].tolist() == model.predict(test).tolist()
    np.testing.assert_allclose(found.iloc[:, 3:6].to_numpy(), model.predict_proba(test), rtol=1e-9)
    sets = [set(text.split("; ")) for text in found["set"]]
    inside = model.predict_set(test, 0.9)
    assert sets == [{model.target.classes[place] for place in np.flatnonzero(row)} for row in inside]


def test_predict_intervals(multilayer, mass):
    done = multilayer("predict", mass, TEST, "--interval", "0.8")
    found, test, model = read(done.out), pd.read_csv(TEST), Model.load(mass)
    np.testing.assert_allclose(found["prediction"], model.predict(test))
    low, high = model.predict_interval(test, 0.8)
    np.testing.assert_allclose(found["low"], low)
    np.testing.assert_allclose(found["high"], high)
    np.testing.assert_array_equal(found["body_mass_g"], test["body_mass_g"])


def test_predict_takes_columns_in_any_order_and_passes_on_ids(multilayer, species, tmp_path):
    test = pd.read_csv(TEST)
    usual = read(multilayer("predict", species, TEST, "--proba").out)
    changed = test[test.columns[::-1]].drop(columns="species")
    changed.insert(3, "id", [f"00{row}" for row in range(len(test))])
    changed["prediction"] = "as before"
    changed.loc[0, "island"] = "Anvers"  # never seen
    changed.to_csv(tmp_path / "new.csv", index=False, sep=";")
    done = multilayer("predict", species, tmp_path / "new.csv", "--proba")
    found = pd.read_csv(io.StringIO(done.out), dtype={"id": str})
    assert found.columns[:3].tolist() == ["id", "prediction", "prediction (2)"]
    assert found["id"].tolist() == changed["id"].tolist()
    np.testing.assert_array_equal(found.iloc[1:, 3:].to_numpy(), usual.iloc[1:, 2:].to_numpy())
    assert not np.array_equal(found.iloc[0, 3:].to_numpy(), usual.iloc[0, 2:].to_numpy())


def test_new_categories_are_said_in_the_last_line(multilayer, species, tmp_path):
    test, folder = pd.read_csv(TEST), tmp_path / "parts"
    folder.mkdir()
    test.loc[3:5, "island"] = ["Elba", "Capri", "Elba"]
    for part, rows in {"a.csv": slice(0, 5), "b.csv": slice(5, None)}.items():
        test[rows].to_csv(folder / part, index=False)
    said = "did not have count as none of those it had: 'island' in 3 rows ('Capri', 'Elba')"
    assert multilayer("predict", species, folder / "a.csv").err.splitlines()[-1].endswith("('Capri', 'Elba')")
    done = multilayer("predict", species, folder, "-o", tmp_path / "out", "--json")
    assert done.err.splitlines()[-1].endswith(said)
    (new,) = json.loads(done.out.splitlines()[-1])["new_categories"]
    assert (new["column"], new["rows"]) == ("island", 3)
    assert said in multilayer("explain", species, folder).err
    assert "did not have" not in multilayer("predict", species, TEST).err


def test_predict_reads_a_pipe(multilayer, species, monkeypatch):
    expected = multilayer("predict", species, TEST).out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEST.read_bytes())))
    assert multilayer("predict", species, "-").out == expected


def test_predict_without_rows(multilayer, species, tmp_path):
    (tmp_path / "none.csv").write_text(TEST.read_text().splitlines()[0] + "\n")
    done = multilayer("predict", species, tmp_path / "none.csv")
    assert (done.code, done.out) == (0, "species,prediction\n")


def test_a_coverage_that_cannot_be_had_is_said(multilayer, species):
    done = multilayer("predict", species, TEST, "--interval", "0.999")
    assert "needs 999 held-out rows" in done.err
    assert set(read(done.out)["set"]) == {"Adelie; Chinstrap; Gentoo"}
