"""What the commands print, for people and for programs."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from multilayer import MLP, Dense, save
from multilayer.activations import catalogue
from tests import seed

EXAMPLES = Path(__file__).parents[2] / "examples"
NETWORK, SAMPLES = EXAMPLES / "seed/network.json", EXAMPLES / "seed/samples.csv"


def test_run_prints_outputs_and_classes(multilayer):
    done = multilayer("run", NETWORK, SAMPLES)
    assert done.code == 0
    assert "0.809478" in done.out
    assert done.err == ""


def test_run_with_trace_prints_the_shapes(multilayer):
    out = multilayer("run", NETWORK, SAMPLES, "--trace").out
    positions = [out.index(shape) for shape in ("(5, 2)", "(2, 4)", "(5, 4)", "(4, 3)", "(5, 3)")]
    assert positions == sorted(positions)
    assert "w_11(1) = 0.5" in out


def test_digits_are_the_users_choice(multilayer):
    assert "0.45383342285900" in multilayer("run", NETWORK, SAMPLES, "--digits", "15").out


def test_json_holds_every_number(multilayer):
    result = json.loads(multilayer("run", NETWORK, SAMPLES, "--json").out)
    np.testing.assert_allclose(result["y"], seed.Y, rtol=0, atol=1e-15)
    assert result["classes"] == [1, 1, 1, 1, 1]
    assert "layers" not in result
    traced = json.loads(multilayer("run", NETWORK, SAMPLES, "--json", "--trace").out)
    assert traced["y"] == result["y"]
    for shown, record in zip(traced["layers"], seed.network().trace(seed.X), strict=True):
        for key, array in (
            ("x", record.x),
            ("a", record.a),
            ("z", record.z),
            ("W", record.layer.W),
            ("b", record.layer.b),
        ):
            np.testing.assert_array_equal(shown[key], array)


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_results_go_into_a_file(multilayer, tmp_path, name):
    done = multilayer("run", NETWORK, SAMPLES, "-o", tmp_path / name)
    assert (done.code, done.out) == (0, "")
    assert "wrote 5 samples" in done.err.replace("\n", " ")
    if name.endswith("json"):
        y = json.loads((tmp_path / name).read_text())["y"]
    else:
        with (tmp_path / name).open() as file:
            y = [[float(cell) for cell in row[:3]] for row in list(csv.reader(file))[1:]]
    np.testing.assert_allclose(y, seed.Y, rtol=0, atol=1e-15)


@pytest.fixture
def saved(tmp_path):
    """Return a function that saves a network of one layer, and tells its path."""

    def save_as(activation, units, **names):
        inputs = len(names.get("inputs", [1]))
        path = tmp_path / "net.json"
        save(MLP([Dense(np.ones((inputs, units)), np.arange(units), activation)], **names), path)
        return path

    return save_as


def table(folder, text):
    (folder / "t.csv").write_text(text)
    return folder / "t.csv"


def test_ids_pass_through(multilayer, saved, tmp_path):
    net = saved("sigmoid", 1, inputs=["a", "b"])
    samples = table(tmp_path, "id,b,class,a\n007,1,yes,2\nx y,3,no,4\n")
    done = multilayer("run", net, samples)
    assert re.search(r"^ +id +class +y_1 +class$", done.out, re.MULTILINE)
    assert re.search(r"^ +1 +007 +yes +0\.952574 +1$", done.out, re.MULTILINE)
    assert done.err.strip() == "columns not used by the network, passed on: id, class"
    assert json.loads(multilayer("run", net, samples, "--json").out)["columns"] == {
        "id": ["007", "x y"],
        "class": ["yes", "no"],
    }
    multilayer("run", net, samples, "-o", tmp_path / "y.csv")
    with (tmp_path / "y.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["007", "x y"]
    assert rows[0].keys() == {"id", "class (2)", "y1", "class"}


def test_many_columns_do_not_fill_the_terminal(multilayer, saved, tmp_path):
    net = saved("sigmoid", 1, inputs=["a", "b"])
    others = ",".join(f"other{n}" for n in range(50))
    out = multilayer("run", net, table(tmp_path, f"a,b,{others}\n1,2{',cell' * 50}\n")).out
    assert "other5" in out
    assert "other6" not in out
    assert "…" in out


def test_a_regression_has_no_class(multilayer, saved, tmp_path):
    net, samples = saved("identity", 2), table(tmp_path, "x\n1\n2\n")
    assert "class" not in multilayer("run", net, samples).out
    assert json.loads(multilayer("run", net, samples, "--json").out)["classes"] is None
    multilayer("run", net, samples, "-o", tmp_path / "y.csv")
    assert (tmp_path / "y.csv").read_text() == "y1,y2\n1.0,2.0\n2.0,3.0\n"


def test_questions_of_their_own_have_no_class(multilayer, saved, tmp_path):
    net, samples = saved("sigmoid", 3), table(tmp_path, "x\n1\n2\n")
    out = multilayer("run", net, samples).out
    assert "class" not in out
    assert re.search(r"^ +y_1 +y_2 +y_3 +largest$", out, re.MULTILINE)
    assert out.count("  y_3\n") == 2
    multilayer("run", net, samples, "-o", tmp_path / "y.csv")
    assert (tmp_path / "y.csv").read_text().startswith("y1,y2,y3\n")


@pytest.mark.parametrize(
    ("activation", "units", "arguments", "part"),
    [
        ("softmax", 3, [], "y and class, numbered from 0: y_1 is class 0  (2, 3)"),
        ("sigmoid", 1, [], "y and class (1 where y_1 is above 0.5)  (2, 1)"),
        ("sigmoid", 1, ["--threshold", "0.75"], "(1 where y_1 is above 0.75)"),
        ("identity", 1, ["--threshold", "1"], "(1 where y_1 is above 1)"),
    ],
)
def test_the_output_shows_how_classes_are_numbered(
    multilayer, saved, tmp_path, activation, units, arguments, part
):
    net, samples = saved(activation, units), table(tmp_path, "x\n1\n2\n")
    assert part in multilayer("run", net, samples, *arguments).out


def test_the_decision_on_line_1_is_printed_and_can_be_overruled(multilayer, saved, tmp_path):
    net, samples = saved("identity", 1, inputs=["2023", "2024"]), table(tmp_path, "2023,2024\n1,2\n")
    done = multilayer("run", net, samples, "--json")
    assert json.loads(done.out)["y"] == [[3.0]]
    assert "line 1 is read as column names" in done.err
    assert len(done.err.splitlines()) == 1
    assert json.loads(multilayer("run", net, samples, "--json", "--no-header").out)["y"] == [[4047.0], [3.0]]
    reported = multilayer("diagnose", net, samples).err
    assert "line 1 is read as column names" in reported
    assert "line 1" not in multilayer("diagnose", net, samples, "--header").err


def test_a_mistake_prints_one_line_and_nothing_else(multilayer, saved, tmp_path):
    net = saved("identity", 1, inputs=["2023", "2024"])
    done = multilayer("run", net, table(tmp_path, "id,2023,2024\n1,2,x\n"))
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_summary(multilayer):
    assert "216" in multilayer("summary", NETWORK).out
    assert json.loads(multilayer("summary", NETWORK, "--json").out)["total"] == 27


def test_activations_lists_all(multilayer):
    out = multilayer("activations").out
    assert all(act.facts.name in out for act in catalogue)
    assert len(json.loads(multilayer("activations", "--json").out)) == len(catalogue)


@pytest.mark.parametrize("name", [act.facts.name for act in catalogue])
def test_every_activation_has_a_card_with_its_curve(multilayer, name):
    out = multilayer("activations", name).out
    for heading in ("h(a)", "h'(a)", "range", "kinks"):
        assert heading in out
    assert out.count("h(a)") > 1
    assert "⣀" in out or "⠤" in out or "⠉" in out
    assert json.loads(multilayer("activations", name, "--json").out)["name"] == name


def test_info(multilayer):
    assert "backend" in multilayer("info").out
    assert json.loads(multilayer("info", "--json").out)["numpy"] == np.__version__


def test_version_and_help(multilayer):
    assert multilayer("--version").out.startswith("multilayer ")
    assert "Exit codes" in multilayer("--help").out


def shell(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "multilayer", *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def test_as_a_module_from_standard_input_without_a_terminal():
    done = subprocess.run(
        [sys.executable, "-m", "multilayer", "run", str(NETWORK), "-", "--json"],
        input=b"0,1\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stderr == b""
    np.testing.assert_allclose(json.loads(done.stdout)["y"], seed.Y[:1], rtol=0, atol=1e-15)


def test_output_to_a_pipe_has_no_colour_codes():
    assert b"\x1b" not in shell("run", NETWORK, SAMPLES, "--trace", NO_COLOR="1").stdout


def test_a_terminal_without_unicode_still_gets_a_picture():
    done = shell("activations", "relu", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 0
    assert b"*" in done.stdout


def test_a_reader_that_stops_early_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m multilayer activations | head -1",
        shell=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("words", "completion"),
    [
        ("multilayer act", "activations"),
        ("multilayer run --tr", "--trace"),
        ("multilayer activations gelu_", "gelu_tanh"),
        ("multilayer names los", "losses"),
    ],
)
def test_shells_complete_commands_options_and_names(words, completion):
    count = str(len(words.split()) - 1)
    done = shell(_MULTILAYER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert completion in [line.partition(",")[2] for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0


def test_a_shell_gets_its_completion_script():
    assert b"complete" in shell(_MULTILAYER_COMPLETE="bash_source").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["actvations"], "there is no command 'actvations'; did you mean 'activations'?"),
        (["run", "--trce"], "multilayer run has no option '--trce'; did you mean '--trace'?"),
        (["--versoin"], "multilayer has no option '--versoin'; did you mean '--version'?"),
    ],
)
def test_unknown_commands_and_options_get_a_near_match(multilayer, arguments, message):
    done = multilayer(*arguments)
    assert (done.code, done.err) == (2, f"multilayer: {message}\n")


def test_without_arguments_the_help_is_shown(multilayer):
    assert multilayer() == multilayer("--help")
