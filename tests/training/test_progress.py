"""The progress bar on narrow and wide terminals."""

import io
import re
import sys
from types import SimpleNamespace

import pytest
from rich.console import Console

from multilayer.training.progress import bar

LONG = "loss 0.1234  validation 0.4567  accuracy 0.9123  a_metric_with_a_long_name 0.1  rate [/s] 0.001"


def last_line(width, description=LONG):
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)
    with bar("epoch", 2000, console=console) as advance:
        advance(100, description)
        advance(1234, description)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())
    return plain.replace("\r", "\n").strip().splitlines()[-1]


@pytest.mark.parametrize("width", [48, 60, 80, 120, 200])
def test_epoch_total_and_time_left_survive(width):
    line = last_line(width)
    assert re.match(r"epoch 1234/2000 \S+ +(\d\d|--):\d\d ", line)
    assert len(line) <= width
    assert (LONG in line) == (width > 140)


def test_a_description_is_no_markup():
    assert "rate [/s] 0.001" in last_line(200)


class Output:
    """An output of a notebook, in place of IPython's."""

    def __init__(self):
        self.texts = []

    def display(self, data, *, raw, display_id):
        assert (data, raw, display_id) == ({"text/plain": ""}, True, True)
        return self

    def update(self, data, *, raw):
        assert raw
        self.texts.append(data["text/plain"])


def test_a_notebook_shows_a_line(monkeypatch):
    output = Output()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=output))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=output.display))
    console = Console(file=io.StringIO(), force_jupyter=False)
    console.is_jupyter = True
    with bar("epoch", 3, console=console) as advance:
        for epoch in (1, 2, 3):
            advance(epoch, "loss 0.5")
        advance(4, "loss 0.5", 4)
    assert output.texts[0].startswith("epoch 1/3")
    assert output.texts[-2].startswith("epoch 3/3")
    assert output.texts[-1].startswith("epoch 4/4")
    assert output.texts[-1].endswith("loss 0.5")
    assert console.file.getvalue() == ""


@pytest.mark.parametrize("show", [None, False])
def test_silence_elsewhere(show):
    console = Console(file=io.StringIO())
    with bar("epoch", 2, show, console) as advance:
        advance(1, "loss")
    assert console.file.getvalue() == ""
