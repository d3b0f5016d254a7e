"""`multilayer diagnose`: output, files, exit code and mistakes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from multilayer import MLP, Dense, save
from multilayer.diagnosis.document import schema
from multilayer.network.initialized import initialize
from multilayer.training import fit
from tests.cli.test_commands import shell
from tests.cli.test_mistakes import refused
from tests.reports.reading import read

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(120, 2))
LABELS = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")


def table(path, header="x1,x2,kind,row", label=lambda n: LABELS[n]):
    rows = [f"{a!r},{b!r},{label(n)},{n}" for n, (a, b) in enumerate(X.tolist())]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.fixture
def healthy(tmp_path):
    net = fit(
        initialize((2, 12, 1), "tanh", "sigmoid", rng=0),
        X,
        LABELS == "same",
        loss="binary_cross_entropy",
        epochs=300,
        batch_size=20,
        rng=0,
    ).network
    save(MLP(net.layers, classes=["other", "same"], inputs=["x1", "x2"]), tmp_path / "healthy.json")
    return tmp_path / "healthy.json"


@pytest.fixture
def sick(tmp_path):
    """A network whose first layer gives the same outputs for every sample."""
    hidden = Dense(1e-4 * np.random.default_rng(5).normal(size=(2, 4)), np.ones(4), "sigmoid")
    last = Dense(np.ones((4, 1)), [-3.0], "sigmoid")
    save(MLP([hidden, last], classes=["other", "same"], inputs=["x1", "x2"]), tmp_path / "sick.json")
    return tmp_path / "sick.json"


@pytest.fixture
def data(tmp_path):
    return table(tmp_path / "data.csv")


def test_no_trouble_is_zero(multilayer, healthy, data):
    done = multilayer("diagnose", healthy, data, "--target", "kind")
    assert done.code == 0, done.out
    assert "Error" not in done.out
    assert done.err.strip() == "columns not used: row"


def test_trouble_is_one_and_the_verdict_comes_first(multilayer, sick, data):
    done = multilayer("diagnose", sick, data, "--target", "kind")
    assert done.code == 1
    verdict = done.out.split("\n\n")[0]
    assert "collapsed" in verdict
    assert "\n\n1. Error: " in done.out
    assert "\nChecked: " in done.out


def test_a_decimal_comma_in_the_targets_is_reported(multilayer, tmp_path):
    save(MLP([Dense([[1.0]], [0.0])]), tmp_path / "line.json")
    (tmp_path / "line.csv").write_text("sep=;\nx;y\n1;1,5\n2;2,5\n3;3,25\n")
    done = multilayer("diagnose", tmp_path / "line.json", tmp_path / "line.csv", "--target", "y")
    assert done.err.splitlines()[-1].endswith("line.csv: numbers are read with a decimal comma")


def test_without_a_target_the_unmeasured_is_listed(multilayer, healthy, data):
    done = multilayer("diagnose", healthy, data)
    assert done.code == 0
    assert "Not measured:" in done.out
    text = " ".join(done.out.split())
    assert "No --target was given." in text
    assert "give --history" in text
    assert "course=" not in text
    assert done.err.strip() == "columns not used: kind, row"


@pytest.mark.parametrize("target", ["kind", "3"])
def test_a_target_by_name_or_number(multilayer, sick, data, target):
    assert multilayer("diagnose", sick, data, "--target", target).code == 1


def test_class_numbers_are_no_labels(multilayer, sick, tmp_path):
    numbered = table(tmp_path / "numbered.csv", label=lambda n: int(LABELS[n] == "same"))
    done = multilayer("diagnose", sick, numbered, "--target", "kind")
    assert done.code == 2
    assert "expected a class of the network, found" in done.err
    assert "expected 'other' or 'same'" in done.err


def test_without_names_every_other_column_is_an_input(multilayer, tmp_path):
    save(initialize((2, 3, 1), rng=0), tmp_path / "net.json")
    (tmp_path / "plain.csv").write_text("".join(f"{a},{a + b},{b}\n" for a, b in X.tolist()))
    done = multilayer("diagnose", tmp_path / "net.json", tmp_path / "plain.csv", "--target", "2", "--json")
    document = json.loads(done.out)
    np.testing.assert_allclose(document["evidence"]["inputs"]["mean"], X.mean(axis=0), rtol=1e-5)
    assert document["evidence"]["loss"] == "squared"


def test_several_targets(multilayer, tmp_path):
    save(initialize((2, 3, 2), rng=0), tmp_path / "net.json")
    (tmp_path / "two.csv").write_text("".join(f"{a},{b},{a + b},{a - b}\n" for a, b in X.tolist()))
    targets = ("--target", "3", "--target", "4")
    done = multilayer("diagnose", tmp_path / "net.json", tmp_path / "two.csv", *targets, "--json")
    outputs = json.loads(done.out)["evidence"]["outputs"]
    assert outputs["linear_score"] == pytest.approx(1.0)


def test_the_loss_can_be_named(multilayer, sick, data):
    document = json.loads(
        multilayer("diagnose", sick, data, "--target", "kind", "--loss", "squared", "--json").out
    )
    assert document["evidence"]["loss"] == "squared"


def test_the_loss_by_epoch(multilayer, sick, data, tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss,val_loss\n1,0.9,1\n2,0.7,0.8\n3,0.69,0.8\n")
    done = multilayer("diagnose", sick, data, "--target", "kind", "--history", tmp_path / "log.csv", "--json")
    assert json.loads(done.out)["evidence"]["course"]["history"]["loss"] == [0.9, 0.7, 0.69]


def test_json_is_a_document(multilayer, sick, data):
    import jsonschema

    done = multilayer("diagnose", sick, data, "--target", "kind", "--json")
    document = json.loads(done.out)
    jsonschema.validate(document, json.loads(schema()))
    assert (done.code, document["trouble"], document["remedies"]) == (1, True, None)


def test_the_page(multilayer, sick, data, tmp_path):
    done = multilayer("diagnose", sick, data, "--target", "kind", "--html", tmp_path / "page.html")
    assert done.code == 1
    assert "wrote" in done.err
    found = read((tmp_path / "page.html").read_text("utf-8"))
    assert len(found.pictures) >= 5
    assert "same" in found.text


@pytest.mark.slow
def test_remedies_are_tried_and_ranked(multilayer, sick, data, tmp_path):
    page = tmp_path / "page.html"
    done = multilayer("diagnose", sick, data, "--target", "kind", "--try-fixes", "--html", page, "--json")
    remedies = json.loads(done.out)["remedies"]
    assert done.code == 1
    assert remedies["rows"][0]["gain"] == max(row["gain"] for row in remedies["rows"])
    assert "Remedies that were tried" in page.read_text("utf-8")


def test_severities_are_coloured_on_a_terminal(multilayer, sick, data, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = multilayer("diagnose", sick, data, "--target", "kind").out
    assert "\x1b[1;31m1. Error:\x1b[0m" in out


def test_no_colour_in_a_pipe(sick, data):
    done = shell("diagnose", sick, data, "--target", "kind")
    assert done.returncode == 1
    assert b"\x1b" not in done.stdout + done.stderr


def test_mistakes_in_standard_input(sick):
    command = [sys.executable, "-m", "multilayer", "diagnose", str(sick), "-", "--target", "3"]
    done = subprocess.run(command, input=b"1,2,no\n", capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(
        b"multilayer: standard input, line 1, column 3: expected a class of the network"
    )


def test_help_tells_the_exit_codes(multilayer):
    out = " ".join(multilayer("diagnose", "--help").out.split())
    assert "0 no trouble found" in out
    assert "1 trouble found" in out


MISTAKES = {
    "no network": (["{folder}/no.json", "{data}"], "no.json"),
    "no data": (["{sick}", "{folder}/no.csv"], "no.csv"),
    "unknown column": (["{sick}", "{data}", "--target", "kin"], "did you mean 'kind'?"),
    "column 9": (["{sick}", "{data}", "--target", "9"], "from 1 to 4"),
    "column 0": (["{sick}", "{data}", "--target", "0"], "from 1 to 4"),
    "an input": (["{sick}", "{data}", "--target", "x1"], "is an input of the network"),
    "twice": (["{sick}", "{data}", "--target", "kind", "--target", "3"], "named twice"),
    "too many": (["{sick}", "{data}", "--target", "kind", "--target", "row"], "2 targets"),
    "not a class": (["{sick}", "{folder}/odd.csv", "--target", "kind"], "line 7, column 3 (kind)"),
    "near a class": (["{sick}", "{folder}/odd.csv", "--target", "kind"], "did you mean 'same'?"),
    "number out of range": (["{sick}", "{folder}/high.csv", "--target", "kind"], "high.csv"),
    "empty label": (["{sick}", "{folder}/empty.csv", "--target", "kind"], "an empty cell"),
    "no number": (["{unnamed}", "{data}", "--target", "kind", "--target", "row"], "2 targets"),
    "label without classes": (["{unnamed}", "{folder}/three.csv", "--target", "kind"], "names its classes"),
    "unsaid target": (["{unnamed}", "{folder}/three.csv"], "name the target columns"),
    "wrong columns": (["{unnamed}", "{data}", "--target", "kind"], "expected 2 columns beside the target"),
    "no header": (["{unnamed}", "{folder}/bare.csv", "--target", "kind"], "no header"),
    "text among inputs": (["{sick}", "{folder}/text.csv", "--target", "kind"], "line 2, column 1 (x1)"),
    "unknown loss": (["{sick}", "{data}", "--target", "kind", "--loss", "squarred"], "squared"),
    "loss that does not fit": (
        ["{sick}", "{data}", "--target", "kind", "--loss", "cross_entropy"],
        "data.csv",
    ),
    "remedies without target": (["{sick}", "{data}", "--try-fixes"], "--target"),
    "no history": (["{sick}", "{data}", "--history", "{folder}/no.csv"], "no.csv"),
    "no loss": (["{sick}", "{data}", "--history", "{data}"], "no column is called 'loss'"),
    "page in no folder": (["{sick}", "{data}", "--html", "{folder}/no/page.html"], "no/page.html"),
    "page that is a folder": (["{sick}", "{data}", "--html", "{folder}"], "folder"),
}


@pytest.mark.parametrize(("arguments", "part"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(multilayer, sick, data, tmp_path, arguments, part):
    save(initialize((2, 3, 1), rng=0), tmp_path / "unnamed.json")
    table(tmp_path / "odd.csv", label=lambda n: "sam" if n == 5 else LABELS[n])
    table(tmp_path / "high.csv", label=lambda n: n % 3)
    table(tmp_path / "empty.csv", label=lambda n: "" if n == 5 else LABELS[n])
    table(tmp_path / "text.csv")
    (tmp_path / "text.csv").write_text(data.read_text().replace("\n", "\nq", 1))
    (tmp_path / "three.csv").write_text("a,b,kind\n1,2,same\n")
    (tmp_path / "bare.csv").write_text("1,2,3\n")
    before = sorted(tmp_path.iterdir())
    places = {"folder": tmp_path, "sick": sick, "data": data, "unnamed": tmp_path / "unnamed.json"}
    filled = [argument.format(**places) for argument in arguments]
    done = multilayer("diagnose", *filled)
    last = done.err.splitlines()[-1]
    refused(type(done)(done.code, done.out, last), part)
    assert all(line.startswith("columns not used") for line in done.err.splitlines()[:-1])
    assert sorted(tmp_path.iterdir()) == before


def test_a_check_is_explained(multilayer):
    done = multilayer("diagnose", "--explain", "dead_units")
    assert done.code == 0
    assert done.out.startswith("dead_units: Is every unit active for some sample?")
    assert "What it cannot see:" in done.out
    assert "dead_units" in multilayer("diagnose", "--explain").out
    refused(multilayer("diagnose", "--explain", "ded_units"), "did you mean 'dead_units'")
