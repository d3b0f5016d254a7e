"""Predictions for a table in fragments: all of them, only what is missing, and what is wrong is named."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from multilayer import InputError
from multilayer.tables import Answers, Model, score
from tests.tables.scoring.conftest import OUTPUTS, ROWS, contents, table


def test_each_fragment_has_the_predictions_of_its_own_table(model, data, tmp_path):
    found = score(model, data, tmp_path / "out")
    assert (found.total, found.done, found.rows, found.before, found.faults) == (6, 6, 6 * ROWS, 0, ())
    assert sorted(contents(tmp_path / "out")) == OUTPUTS
    loaded = Model.load(model)
    for number, name in enumerate(("part-0.parquet", "part-1.parquet", "part-2.parquet")):
        written = pd.read_parquet(tmp_path / "out" / name)
        assert list(written.columns) == ["id", "label", "prediction"]
        assert written["prediction"].tolist() == loaded.predict(table(number)).tolist()
    assert pd.read_csv(tmp_path / "out" / "more" / "part-3.csv")["id"].tolist() == list(range(ROWS))


def test_the_bytes_are_those_of_one_file_at_a_time(model, data, tmp_path):
    answers = Answers(proba=True, interval=0.8, keep=("kind",))
    score(model, data, tmp_path / "out", answers=answers)
    one = tmp_path / "one.parquet"
    answers.write(Model.load(model), data / "part-1.parquet", one, {})
    assert one.read_bytes() == (tmp_path / "out" / "part-1.parquet").read_bytes()


@pytest.mark.parametrize(
    ("pattern", "outputs"),
    [
        ("*.parquet", OUTPUTS[3:]),
        ("part-[01].parquet", OUTPUTS[3:5]),
        ("**/*.csv*", [name.removeprefix("more/") for name in OUTPUTS[:2]]),
        ("more/part-3.csv", ["part-3.csv"]),
    ],
)
def test_patterns(model, data, tmp_path, pattern, outputs):
    if pattern.startswith("**"):
        outputs = [f"more/{name}" for name in outputs]
    score(model, data / pattern, tmp_path / "out")
    assert sorted(contents(tmp_path / "out")) == outputs


def test_the_manifest_is_the_last_file(model, data, tmp_path):
    folder, seen = tmp_path / "out", []
    score(model, data, folder, say=lambda _: seen.append((folder / "_manifest.json").exists()))
    assert seen == [False] * 6
    manifest = json.loads((folder / "_manifest.json").read_text())
    assert sorted(one["output"] for one in manifest["fragments"]) == OUTPUTS
    assert not (folder / "_plan.json").exists()


def test_a_second_run_does_what_is_missing(model, data, tmp_path):
    folder = tmp_path / "out"
    score(model, data, folder)
    before = contents(folder)
    (folder / "part-1.parquet").unlink()
    kept = (folder / "part-0.parquet").stat()
    found = score(model, data, folder)
    assert (found.done, found.before, found.rows) == (6, 5, ROWS)
    assert contents(folder) == before
    assert (folder / "part-0.parquet").stat() == kept
    manifest = (folder / "_manifest.json").stat()
    assert score(model, data, folder).before == 6
    assert (folder / "_manifest.json").stat() == manifest


def test_a_fragment_that_changed_or_is_new_is_done(model, data, tmp_path):
    folder = tmp_path / "out"
    score(model, data, folder)
    table(7, 9).to_parquet(data / "part-1.parquet")
    table(8, 5).to_parquet(data / "part-9.parquet")
    assert score(model, data, folder).rows == 14
    assert len(pd.read_parquet(folder / "part-1.parquet")) == 9
    assert "part-9.parquet" in (folder / "_manifest.json").read_text()


@pytest.mark.parametrize("steps", range(4))
def test_a_run_that_ends_while_it_prepares_goes_on_later(model, data, tmp_path, monkeypatch, steps):
    """The former predictions of a fragment that changed are never taken for new ones."""
    folder, expected = tmp_path / "out", tmp_path / "expected"
    score(model, data, folder)
    table(7, 9).to_parquet(data / "part-1.parquet")
    score(model, data, expected)
    from multilayer.tables.scoring import plan

    done = []

    def ends(step):
        def limited(*arguments, **options):
            if len(done) == steps:
                raise KeyboardInterrupt
            done.append(step)
            return step(*arguments, **options)

        return limited

    with monkeypatch.context() as patch:
        patch.setattr(plan.storage, "write", ends(plan.storage.write))
        patch.setattr(plan.Path, "unlink", ends(plan.Path.unlink))
        with pytest.raises(KeyboardInterrupt):
            score(model, data, folder)
    assert len(done) == steps
    score(model, data, folder)
    assert contents(folder) == contents(expected)


def test_faults_are_named_and_the_others_are_done(model, data, tmp_path):
    folder, corrupt = tmp_path / "out", data / "part-1.parquet"
    good = corrupt.read_bytes()
    corrupt.write_bytes(good[: len(good) // 2])
    table(2).drop(columns="kind").to_parquet(data / "part-2.parquet")
    found = score(model, data, folder)
    assert (found.done, len(found.faults)) == (4, 2)
    reasons = {fault.source.rpartition("/")[2]: fault.reason for fault in found.faults}
    assert sorted(reasons) == ["part-1.parquet", "part-2.parquet"]
    assert "part-2.parquet: expected a column 'kind'" in reasons["part-2.parquet"]
    assert not (folder / "_manifest.json").exists()
    assert sorted(contents(folder)) == sorted({*OUTPUTS} - {"part-1.parquet", "part-2.parquet"})
    corrupt.write_bytes(good)
    table(2).to_parquet(data / "part-2.parquet")
    assert score(model, data, folder).before == 4
    assert (folder / "_manifest.json").exists()


def test_columns_in_another_order_and_others(model, data, tmp_path):
    score(model, data, tmp_path / "out")
    odd = table(1)[["label", "kind", "number", "id"]].assign(more=1.5)
    odd.to_parquet(data / "part-1.parquet")
    before = pd.read_parquet(tmp_path / "out" / "part-1.parquet")
    score(model, data, tmp_path / "out")
    after = pd.read_parquet(tmp_path / "out" / "part-1.parquet")
    assert after["more"].eq(1.5).all()
    assert after["prediction"].equals(before["prediction"])


def test_an_empty_fragment_has_the_same_columns(model, data, tmp_path):
    table(1, 0).astype({"id": "int64", "label": "string", "kind": "string"}).to_parquet(
        data / "part-1.parquet"
    )
    score(model, data, tmp_path / "out", answers=Answers(proba=True))
    empty, full = (pd.read_parquet(tmp_path / "out" / f"part-{number}.parquet") for number in (1, 0))
    assert len(empty) == 0
    assert list(empty.dtypes) == list(full.dtypes)


def test_what_does_not_belong_together_is_refused(model, data, tmp_path):
    folder = tmp_path / "out"
    score(model, data, folder)
    with pytest.raises(InputError, match=r"with another proba \(False, and now True\)"):
        score(model, data, folder, answers=Answers(proba=True))
    other = tmp_path / "other.safetensors"
    loaded = Model.load(model)
    type(loaded)(loaded.encoder, loaded.networks[:1], loaded.target).save(other)
    with pytest.raises(InputError, match="with another model"):
        score(other, data, folder)
    (data / "part-2.parquet").unlink()
    with pytest.raises(InputError, match=r"part-2\.parquet: its fragment .* is gone"):
        score(model, data, folder)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "part-0.parquet").write_bytes(b"mine")
    with pytest.raises(InputError, match="a file of another origin"):
        score(model, data, tmp_path / "foreign")
    assert (tmp_path / "foreign" / "part-0.parquet").read_bytes() == b"mine"


def test_no_fragments_and_two_for_one_name(model, data, tmp_path):
    with pytest.raises(InputError, match="expected files, found none"):
        score(model, data / "*.nothing", tmp_path / "out")
    table(3).to_csv(data / "more" / "part-4.csv", index=False)
    with pytest.raises(InputError, match=r"would both have their predictions in more/part-4\.csv"):
        score(model, data, tmp_path / "out")
    assert not (tmp_path / "out").exists()
