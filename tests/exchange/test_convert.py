"""The command and the table of formats."""

import ast
import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
import pytest

from multilayer import InputError
from multilayer.cli.app import run_command_line
from multilayer.exchange import FORMATS, convert, read, write
from multilayer.exchange.proof import Proof, prove, samples_for, tolerance
from multilayer.exchange.source import SOURCES
from multilayer.network import MLP, Dense
from tests.exchange.networks import HIDDEN, random_network
from tests.io.networks import NETWORK

NET = random_network((4, 7, 3), ("tanh", "softmax"), np.float32)
OWN = ("json", "safetensors", "npz")


@pytest.mark.parametrize("first", OWN)
@pytest.mark.parametrize("second", OWN)
def test_formats_of_ours(tmp_path, monkeypatch, capsys, first, second):
    monkeypatch.chdir(tmp_path)
    write(NETWORK, f"a.{first}")
    assert run_command_line(["convert", f"a.{first}", f"b.{second}"]) == 0
    assert read(f"b.{second}").network == NETWORK
    out = capsys.readouterr().out
    assert "read back with the same bits" in out
    assert f"wrote b.{second}" in out


def test_a_file_says_where_it_is_from(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    write(NET, tmp_path / "a.json")
    convert(tmp_path / "a.json", tmp_path / "b.safetensors")
    origin = json.loads(read(tmp_path / "b.safetensors").origin["origin"])
    assert origin["from"] == "a.json"
    assert origin["made"] == "1970-01-01T00:00:00+00:00"
    assert len(origin["sha256"]) == 64


def texts_in(folder):
    """All that the files of a folder say in text, those of archives, too."""
    for path in folder.iterdir():
        if is_zipfile(path):
            with ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        else:
            yield path.read_bytes()


# The bits of source are those of the native core.
WRITTEN = [
    pytest.param(one, id=one.name, marks=[pytest.mark.native] if one.name in SOURCES else [])
    for one in FORMATS
    if one.write
]


@pytest.mark.parametrize("to", WRITTEN)
def test_every_file_says_who_made_it_of_what(tmp_path, monkeypatch, to):
    """In the named file and in the one of weights beside it; a header of C and types of JavaScript have no numbers."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    network = random_network((4, 7, 3), ("relu", "softmax"), np.float32)
    write(network, tmp_path / 'a "b".json')
    digest = sha256((tmp_path / 'a "b".json').read_bytes()).hexdigest()
    made = tmp_path / "made"
    made.mkdir()
    x = samples_for(network) if to.name == "fixed-c" else None
    done = convert(tmp_path / 'a "b".json', made / f"n{to.suffixes[0]}", to_format=to.name, check=x)
    named = b"".join(texts_in(made))
    said = [f"multilayer {version('multilayer')}", "1970-01-01T00:00:00", digest]
    if done.proofs:
        said.append(done.proofs[-1].by.split("(")[0])
    for text in said:
        assert text.encode() in named.replace(b"\n * ", b" ").replace(b"\n// ", b" "), text
    for path in made.glob("n_*.py"):
        assert 'from: a "b".json' in ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".joblib", ".skops", ".ckpt", ".gguf"])
def test_refused_suffixes_name_a_way_out(tmp_path, capsys, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(b"\x80\x04.")
    assert run_command_line(["convert", str(path), str(tmp_path / "b.json")]) == 2
    message = capsys.readouterr().err
    assert "safetensors" in message or "ONNX" in message
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("n_torch.py", "PyTorch module"),
        ("n.py", "Python source"),
        ("n.c", "C99 source"),
        ("n.html", "HTML page"),
    ],
)
def test_what_is_written_alone_is_not_read(tmp_path, name, title):
    (tmp_path / name).write_text("raise SystemExit")
    with pytest.raises(
        InputError, match=f"{title} is written and not read, as nothing of a file is run here"
    ):
        convert(tmp_path / name, tmp_path / "b.json")


def test_the_source_is_not_overwritten(tmp_path):
    write(NET, tmp_path / "a.npz")
    with pytest.raises(InputError, match="it is read here, too"):
        convert(tmp_path / "a.npz", tmp_path / "a.npz")


def test_output_of_a_classifier_that_ends_in_logits(tmp_path):
    layers = [*NET.layers[:-1], Dense(NET.layers[-1].W, NET.layers[-1].b)]
    write(MLP(layers), tmp_path / "logits.npz")
    assert any("logits" in note for note in read(tmp_path / "logits.npz").notes)
    found = read(tmp_path / "logits.npz", output="softmax", classes=["a", "b", "c"])
    assert found.network.layers == NET.layers
    assert found.network.classes == ("a", "b", "c")
    write(NET, tmp_path / "probabilities.npz")
    with pytest.raises(InputError, match="has the output softmax already"):
        read(tmp_path / "probabilities.npz", output="sigmoid")


def test_help_and_documentation_list_every_format(capsys):
    assert run_command_line(["convert", "--help"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    documented = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    for one in FORMATS:
        uses = [use for use, done in (("read", one.read), ("written", one.write)) if done]
        assert [one.name, one.file, *one.title.split(), *" and ".join(uses).split()] in rows
        assert f"| {one.name} | `{one.file}` |" in documented


def test_names_of_formats_and_suffixes_are_distinct():
    assert len({one.name for one in FORMATS}) == len(FORMATS)
    with pytest.raises(InputError, match="safetensors"):
        read("a.json", format="safetensor")
    with pytest.raises(InputError, match="expected a file"):
        read("a.xyz")


@pytest.mark.parametrize("activation", HIDDEN, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tolerance_holds_another_order_of_sums_and_no_more(activation, dtype):
    """Sums in the reverse order are within it; weights that are 1e-3 off are not."""
    net = random_network((9, 20, 4), (activation, "tanh"), dtype)
    first, last = net.layers
    turned = MLP([Dense(first.W[::-1], first.b, activation), last])
    x = samples_for(net)
    proof = prove(net, lambda x: turned(x[:, ::-1]), "reversed", x)
    assert proof.holds
    assert np.all(tolerance(net, x) >= 0.0)
    wrong = MLP([first, Dense(last.W * dtype(1.001), last.b + dtype(1e-3), "tanh")])
    proof = prove(net, wrong, "wrong", x)
    assert not proof.holds
    with pytest.raises(InputError, match="nothing was written"):
        proof.check()


@pytest.mark.parametrize(
    ("ulp", "shown"), [(0.958, "0.958"), (324.0, "324"), (1750.4, "1,750"), (2.34e9, "2.34e+09")]
)
def test_a_count_of_ulps_is_read_at_a_glance(ulp, shown):
    assert f"at most {shown} ulp apart" in str(Proof("another program", 64, ulp, 0.01, 1, 1))
