"""Evaluate, explain and diagnose models of tables."""

import json

import numpy as np
import pandas as pd
import pytest

from multilayer.tables import Model
from tests.cli.penguins import TEST, TRAIN


@pytest.fixture
def alone(monkeypatch):
    """Without simple models to compare with, which take seconds to fit."""
    monkeypatch.setattr("multilayer.cli.evaluate._baselines", tuple)


@pytest.mark.slow
def test_evaluate_tells_whether_it_is_any_good(multilayer, species, tmp_path):
    done = multilayer("evaluate", species, TEST, "--train", TRAIN, "--html", tmp_path / "page.html")
    assert done.code == 0
    for part in (
        "This model is good",
        "a linear model",
        "gradient boosting",
        "69 rows",
        "Adelie",
        "fitted on the 275",
    ):
        assert part in done.out
    page = (tmp_path / "page.html").read_text()
    assert "This model is good" in page
    assert "gradient boosting" in page


def test_evaluate_as_json_has_the_scores_of_the_predictions(multilayer, mass, alone):
    done = multilayer("evaluate", mass, TEST, "--json")
    found = json.loads(done.out)
    test = pd.read_csv(TEST).dropna(subset="body_mass_g")
    assert found["rows"] == len(test)
    error = Model.load(mass).predict(test) - test["body_mass_g"]
    scores = {name: figure["value"] for name, figure in found["scores"][0]["figures"].items()}
    assert any(value == pytest.approx(np.sqrt(np.mean(error**2))) for value in scores.values()), scores


SEEN = "What this model is worth on new rows cannot be measured here: it was trained on 275 of these 275 rows"


def test_on_rows_of_training_the_first_sentence_says_so(multilayer, species, tmp_path, alone):
    done = multilayer("evaluate", species, TRAIN, "--html", tmp_path / "page.html")
    assert done.code == 0
    assert " ".join(done.out.split()).startswith(SEEN)
    page = (tmp_path / "page.html").read_text()
    assert "verdict warning" in page
    assert page.index(SEEN) < page.index("the best constant")
    assert not [text for text in (done.out, page) if "This model is" in text]
    found = json.loads(multilayer("evaluate", species, TRAIN, "--json").out)
    assert found["verdict"].startswith(SEEN)
    assert found["seen"] == {"count": 275, "rows": 275, "is_estimate": False}


def test_rows_of_training_are_known_in_another_file_format(multilayer, mass, tmp_path, alone):
    """As columns in another order, and of other types."""
    train = pd.read_csv(TRAIN)
    train = train[train.columns[::-1]].astype({"year": "float32", "sex": "category"})
    train.to_parquet(tmp_path / "train.parquet")
    done = multilayer("evaluate", mass, tmp_path / "train.parquet")
    assert "it was trained on 273 of these 273 rows" in " ".join(done.out.split())
    assert "This model is" in multilayer("evaluate", mass, TEST).out


def test_a_shifted_table_is_named(multilayer, species, tmp_path, alone):
    test = pd.read_csv(TEST)
    test["body_mass_g"] /= 1000
    test.to_csv(tmp_path / "kg.csv", index=False)
    assert (
        "Suspicious (shift): the column 'body_mass_g'"
        in multilayer("evaluate", species, tmp_path / "kg.csv").out
    )
    assert (
        "suspicious (shift): the column 'body_mass_g'"
        in multilayer("diagnose", species, tmp_path / "kg.csv").err
    )


def test_explain_tells_which_columns_matter(multilayer, species, tmp_path):
    done = multilayer("explain", species, TEST, "--rows", 2)
    assert done.code == 0
    assert done.out.splitlines()[2].split()[0] == "bill_length_mm"  # the most important one comes first
    assert "What each column adds" in done.out
    document = json.loads(multilayer("explain", species, TEST, "--rows", 2, "--json").out)
    found = document["attributions"]
    whole = np.array(found["base"]) + np.sum(found["values"], axis=1)
    np.testing.assert_allclose(whole, found["prediction"], atol=1e-3)
    p = Model.load(species).predict_proba(pd.read_csv(TEST))[:2]
    np.testing.assert_allclose(found["prediction"], p.max(axis=1), atol=1e-5)


@pytest.mark.slow
def test_explain_draws_a_page(multilayer, species, tmp_path):
    done = multilayer("explain", species, TEST, "--html", tmp_path / "page.html")
    assert f"wrote {tmp_path / 'page.html'}" in done.err
    assert "bill_length_mm matters most" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("command", ["explain", "diagnose"])
def test_new_rows_need_no_target(multilayer, species, tmp_path, command):
    pd.read_csv(TEST).drop(columns="species").to_csv(tmp_path / "new.csv", index=False)
    done = multilayer(command, species, tmp_path / "new.csv")
    assert (done.code, done.err) == (0, "")
    assert "shuffled" not in done.out


def test_diagnose_reaches_the_columns(multilayer, folder, tmp_path):
    frame = pd.read_csv(TRAIN)
    frame["paid"] = frame["species"].map({"Adelie": 1.5, "Gentoo": 2.5, "Chinstrap": 0.5})
    frame.to_csv(tmp_path / "leak.csv", index=False)
    model = tmp_path / "m.safetensors"
    options = ("--members", 1, "--config", folder / "tiny.toml", "-o", model)
    multilayer("train", tmp_path / "leak.csv", "--target", "species", *options)
    done = multilayer("diagnose", model, tmp_path / "leak.csv")
    assert "suspicious (leak): " in done.err
    assert "'paid'" in done.err
    document = json.loads(multilayer("diagnose", model, tmp_path / "leak.csv", "--json").out)
    assert document["verdict"]
