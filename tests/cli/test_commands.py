"""What the commands print, for people and for programs."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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
