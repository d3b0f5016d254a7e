"""The page of a diagnosis: it opens with the verdict, loads nothing, and describes each picture in words."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from multilayer._base.errors import InputError, MissingExtraError
from multilayer.reports import check_ready, to_html, write_html
from multilayer.reports.diagnosis import pictures
from tests.diagnosis.made import (
    SATURATED,
    bare_evidence,
    diagnosis,
    evidence,
    healthy,
    network,
)
from tests.reports.reading import read

ROOT = Path(__file__).parents[2]

PAGES = {
    "all there is": diagnosis(),
    "nothing but X": healthy(),
    "twelve layers": diagnosis(evidence=evidence(network((9, *[6] * 11, 3), "tanh"))),
    "wide": diagnosis(evidence=evidence(network((40, 500, 30), "relu"))),
    "nothing comes through": diagnosis(evidence=evidence(samples=0, layers=(), gradients=(), outputs=None)),
    "one unit": diagnosis(evidence=evidence(network((1, 1), output="sigmoid"), count=3)),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES)
def test_every_page_reads_well(case):
    found = read(to_html(case))
    assert found.landmarks == {"header", "nav", "main", "footer"}
    drawn = [picture for picture in pictures if picture.missing(case.evidence) is None]
    assert [title for title, _ in found.pictures] == [picture.heading for picture in drawn]
    assert all(re.search(r"\d", description) for _, description in found.pictures)
    assert found.tables == len(drawn) + 1
    for finding in case.findings:
        assert finding.title in found.text.replace("Layer", "layer")
        assert finding.advice in found.text
    for picture in pictures:
        assert picture.heading in found.text


def test_the_verdict_comes_first():
    page = to_html(diagnosis())
    body = re.sub(r"<[^>]+>", "", page[page.index("<h1>") :])
    assert body.startswith(
        "Diagnosis of a networkIt does not learn because layer 2 passes on almost no signal."
    )


def test_what_is_not_drawn_has_a_reason():
    text = read(to_html(healthy())).text
    assert "Learning curve: not drawn, as the history of the training is not known." in text
    assert "Gradient by layer: not drawn, as gradients need y and a loss." in text


@pytest.mark.slow
def test_the_same_page_again():
    assert to_html(diagnosis()) == to_html(diagnosis())


@pytest.mark.slow
def test_another_process_writes_the_same_page():
    code = "from tests.diagnosis import made; from multilayer import reports; print(reports.to_html(made.diagnosis()))"
    command = [sys.executable, "-c", code]
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True, text=True)
    assert done.stdout == to_html(diagnosis()) + "\n"


def test_nothing_is_loaded():
    page = to_html(diagnosis())
    assert "http" not in page.replace("http-equiv", "")
    assert "url(" not in page.replace("url(#", "")
    assert "@import" not in page


NASTY = (
    *(
        "<script>alert(1)</script>",
        "$x_1$",
        "$\\frac",
        'a" onclick="b',
        "&lt;",
        "]]>",
        "\0\x1b[31m",
        "\ud800",
        "{0}",
    ),
    *("</style>", "꽃잎의 길이", "a\nb", "%s", " "),
)


@pytest.mark.slow
def test_names_are_text_wherever_they_stand():
    count = len(NASTY)
    named = evidence(network((count, 4, count), inputs=NASTY, classes=NASTY))
    reported = tuple(
        replace(SATURATED, title=f"class {name}", evidence=name, advice=name, layer=0, units=(1, 2))
        for name in NASTY
    )
    page = to_html(diagnosis(evidence=named, findings=reported))
    page.encode("utf-8")
    found = read(page)
    assert found.tags <= read(to_html(diagnosis())).tags | {"ul", "li"}
    for name in NASTY:
        if name.isprintable():
            assert name in found.text
    assert "\0" not in page


def test_numbers_that_are_not_finite_do_not_stop_it():
    made = evidence()
    layers = tuple(
        replace(layer, mean_z=layer.mean_z * np.nan, mean_square_z=layer.mean_square_z * np.inf)
        for layer in made.layers
    )
    gradients = tuple(replace(g, rms_da=g.rms_da * 0, norm_dW=float("nan")) for g in made.gradients)
    inputs = replace(made.inputs, maximum=np.array([np.inf, 1.0, np.nan]))
    history = replace(made.course.history, loss=(1.0, float("inf"), float("nan")), validation_loss=())
    course = replace(made.course, history=history)
    read(
        to_html(
            diagnosis(
                evidence=replace(made, layers=layers, gradients=gradients, inputs=inputs, course=course)
            )
        )
    )


@pytest.mark.slow
def test_the_file_appears_whole_or_not_at_all(tmp_path):
    write_html(diagnosis(), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == to_html(diagnosis())
    for refuses in (check_ready, lambda path: write_html(diagnosis(), path)):
        with pytest.raises(InputError, match="nowhere"):
            refuses(tmp_path / "nowhere" / "page.html")


def test_a_missing_extra_is_refused_before_long_work(tmp_path, monkeypatch):
    check_ready(tmp_path / "page.html")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"multilayer\[plot\]"):
        check_ready(tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_public_functions_of_evidence_and_ax():
    from matplotlib.figure import Figure

    from multilayer import plots

    full = evidence()
    for name in ("gradient_flow", "input_scales", "loss_curve", "predictions", "signal_flow", "unit_map"):
        ax = Figure().subplots()
        assert getattr(plots, name)(full, ax) is ax
        assert ax.has_data()
    ax = Figure().subplots()
    assert plots.weighted_sums(full.layers[0], ax) is ax
    assert bare_evidence().gradients is None
