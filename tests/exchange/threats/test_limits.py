"""Each hostile file in a process of its own: one line that names the place, little memory and work, nothing written."""

from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from multilayer.exchange import write
from tests.exchange.keras.test_files import WEIGHTS, changed_weights, layer
from tests.exchange.mutated.files import NET
from tests.exchange.mutated.files import model as saved_model
from tests.exchange.onnx.graphs import WEIGHTS as CONSTANTS
from tests.exchange.onnx.graphs import dense, model
from tests.exchange.onnx.test_threats import HOSTILE, with_sidecar
from tests.exchange.threats.tensors import FILES

pytestmark = pytest.mark.slow

_MEGABYTES = 200
_SECONDS = 1.0
"""Of the processor, which a machine that is busy with others does not change."""
_PROGRAM = """
import resource, sys, time
import multilayer.exchange as exchange
hidden = "tanh" if sys.argv[2].endswith(".h5") else ()
def peak():  # of this program alone: ru_maxrss begins with that of the process that started it
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024
exchange.read(sys.argv[1], hidden=hidden)  # what is imported for the format does not count
resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30,) * 2)
before, start = peak(), time.process_time()
try:
    exchange.convert(sys.argv[2], sys.argv[3], hidden=hidden)
except exchange.InputError as error:
    print(peak() - before, time.process_time() - start, error)
"""


def check(path: Path, whole: Path, named: str) -> None:
    """Convert a hostile file in a new process."""
    target = path.parent / "made.json"
    words = [
        sys.executable,
        "-c",
        _PROGRAM.replace("exchange.InputError", "__import__('multilayer').InputError"),
    ]
    run = subprocess.run(
        [*words, str(whole), str(path), str(target)], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 1, run.stdout
    megabytes, seconds, message = run.stdout.split(" ", 2)
    print(f"\n{path.name}: {float(seconds):.3f} s of the processor, {megabytes} MB")  # noqa: T201  (pytest -s)
    assert int(megabytes) < _MEGABYTES
    assert float(seconds) < _SECONDS
    assert named in message
    assert not target.exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function from a suffix to an undamaged file, of JSON where the format is not read."""
    folder = tmp_path_factory.mktemp("whole")
    for suffix in (".json", ".safetensors", ".npz", ".onnx", ".keras"):
        write(NET, folder / f"n{suffix}")
    with zipfile.ZipFile(folder / "n.keras") as archive:
        (folder / "n.h5").write_bytes(archive.read("model.weights.h5"))
    return lambda suffix: known if (known := folder / f"n{suffix}").exists() else folder / "n.json"


@pytest.mark.parametrize("name", FILES)
def test_tensors(name: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    file, content, named = FILES[name]
    path = tmp_path / file
    path.write_bytes(content())
    check(path, whole(path.suffix), named)


def forged(entries: Callable[[dict], dict], more: int, path: Path) -> None:
    """Write a model of a table whose header has other entries, and as many zeros as these need, which take no room."""
    saved_model(path)
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = entries(json.loads(data[8 : 8 + length]))
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + total(header) + more)


_HUGE = 2**36


def one_more(header: dict) -> dict:
    end = total(header)
    return header | {"more": {"dtype": "F64", "shape": [_HUGE // 8], "data_offsets": [end, end + _HUGE]}}


def larger(header: dict) -> dict:
    """Return the header with wide weights of the first layer, of which each tensor has its place."""
    made, place = {"__metadata__": header.pop("__metadata__")}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        shape = [2**16, 2**17] if name == "network1.layer1.W" else entry["shape"]
        end = place + math.prod(shape) * int(entry["dtype"][1:]) // 8
        made[name], place = entry | {"shape": shape, "data_offsets": [place, end]}, end
    return made


def total(header: dict) -> int:
    return max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")


MODELS = {
    "a huge file": (dict, _HUGE, "do not fill the file"),
    "a huge tensor more": (one_more, 0, "tensor"),
    "huge weights that do not fit": (larger, 0, "network 1, layer 1"),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_of_tables(name: str, tmp_path: Path) -> None:
    entries, more, named = MODELS[name]
    saved_model(tmp_path / "whole.safetensors")
    forged(entries, more, tmp_path / "n.safetensors")
    check(tmp_path / "n.safetensors", tmp_path / "whole.safetensors", named)


def other_node(operator: str, **attributes: object) -> Callable[[], object]:
    return lambda: model([dense(), (operator, ["a"], ["y"], attributes)], CONSTANTS)


def contributed() -> object:
    made = model([dense(), ("FusedGemm", ["a", "W", "b"], ["y"], {})], CONSTANTS)
    made.graph.node[1].domain = "com.microsoft"
    made.opset_import.add(domain="com.microsoft", version=1)
    return made


def residual() -> object:
    return model(
        [dense(W="V", b="c"), ("Add", ["x", "a"], ["y"], {})],
        {"V": CONSTANTS["W"][:, :3], "c": CONSTANTS["b"][:3]},
    )


def branches() -> object:
    return model([dense(), dense(y="d"), ("Concat", ["a", "d"], ["y"], {"axis": 1})], CONSTANTS)


def of_integers() -> object:
    whole = {name: (10 * array).astype("int64") for name, array in CONSTANTS.items()}
    return model([dense(y="y")], whole)


GRAPHS = {
    **{name: (make, "") for name, (make, _) in HOSTILE.items()},
    "an operator that is not known": (other_node("Nonsense"), "n1"),
    "an operator of a runtime": (contributed, "FusedGemm"),
    "a huge attribute": (other_node("Relu", notes="x" * 50_000_000), "n1"),
    "a residual connection": (residual, "n1"),
    "branches": (branches, "n"),
    "weights of another type": (of_integers, "n0"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    make, named = GRAPHS[name]
    path = tmp_path / "n.onnx"
    path.write_bytes(make().SerializeToString())
    check(path, whole(".onnx"), named)


@pytest.mark.parametrize("how", ["../n.data", "/etc/passwd", "symbolic link", "hard link", "offset"])
def test_data_elsewhere(how: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    path = with_sidecar(
        tmp_path,
        how if "/" in how else "n.data",
        offset="4000000000000" if how == "offset" else "0",
    )
    if "link" in how:
        real = shutil.move(tmp_path / "n.data", tmp_path / "real")
        link = (
            (tmp_path / "n.data").symlink_to if how == "symbolic link" else (tmp_path / "n.data").hardlink_to
        )
        link(real)
    check(path, whole(".onnx"), "W")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", WEIGHTS)
def test_hdf5(name: str, suffix: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    change, settings, _ = WEIGHTS[name]
    config, weights = parts(whole(".keras"))
    weights = changed_weights(weights, change)
    path = tmp_path / f"n{suffix}"
    if suffix == ".h5":
        path.write_bytes(weights)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(layer(config, 1, **settings)))
            archive.writestr("model.weights.h5", weights)
    check(path, whole(suffix), "")


def parts(path: Path) -> tuple[dict, bytes]:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json")), archive.read("model.weights.h5")


def test_keras_with_code(whole: Callable[[str], Path], tmp_path: Path) -> None:
    config, weights = parts(whole(".keras"))
    path = tmp_path / "n.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(layer(config, 1, class_name="Lambda")))
        archive.writestr("model.weights.h5", weights)
    check(path, whole(".keras"), "Lambda")


@pytest.mark.parametrize("member", ["config.json", "model.weights.h5"])
def test_keras_bombs(member: str, whole: Callable[[str], Path], tmp_path: Path) -> None:
    config, weights = parts(whole(".keras"))
    members = {"config.json": json.dumps(config).encode(), "model.weights.h5": weights} | {member: None}
    path = tmp_path / "n.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                for part in [content] if content else [bytes(10**7)] * 100:
                    file.write(part)
    check(path, whole(".keras"), member)
