"""Hostile files of tensors: safetensors, NumPy archives, pickles, and JSON; each with a part of the message."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from multilayer.exchange import write
from tests.exchange.mutated.files import NET

Files = dict[str, tuple[str, Callable[[], bytes], str]]
"""The name of the file, its content, and what the message names."""


def saved(suffix: str) -> bytes:
    """Return a network in a file of ours."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"n{suffix}")
        write(NET, path)
        return path.read_bytes()


def packed(header: bytes, numbers: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header + numbers


def changed(change: Callable[[dict], None], more: bytes = b"") -> bytes:
    data = saved(".safetensors")
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    change(header)
    return packed(json.dumps(header).encode(), data[8 + length :] + more)


def hole(header: dict) -> None:
    for name, entry in header.items():
        if name != "__metadata__" and entry["data_offsets"][0]:
            entry["data_offsets"] = [place + 4 for place in entry["data_offsets"]]


def overlap(header: dict) -> None:
    header["layer2.W"]["data_offsets"] = [0, 80]


def endless(header: dict) -> None:
    header["layer1.W"]["shape"] = [0, 2**60]


def another_type(header: dict) -> None:
    header["layer1.W"]["dtype"] = "I32"


def twice() -> bytes:
    data = saved(".safetensors")
    (length,) = struct.unpack("<Q", data[:8])
    header = data[8 : 8 + length].rstrip()
    entry = json.dumps(json.loads(header)["layer1.W"])
    return packed(header[:-1] + f', "layer1.W": {entry}}}'.encode(), data[8 + length :])


def with_nan() -> bytes:
    data = saved(".safetensors")
    return data[:-4] + np.float32(np.nan).tobytes()


def header_of(text: str) -> bytes:
    data = text.encode() + b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data


def archive(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("W1.npy", content)
    return file.getvalue()


def bomb() -> bytes:
    """1 GB of zeros in 1 MB."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped,
        zipped.open("W1.npy", "w", force_zip64=True) as one,
    ):
        one.write(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (250000000, 1), }"))
        for _ in range(100):
            one.write(bytes(10**7))
    return file.getvalue()


def objects() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([{}], object), allow_pickle=True)
    return archive(file.getvalue())


FILES: Files = {
    "safetensors: a length beyond the file": (
        "n.safetensors",
        lambda: struct.pack("<Q", 2**60) + b"{}",
        "header",
    ),
    "safetensors: a header of 300 MB": ("n.safetensors", lambda: packed(b" " * 300_000_000, b""), "header"),
    "safetensors: an overlap": ("n.safetensors", lambda: changed(overlap), "layer2.W"),
    "safetensors: a hole": ("n.safetensors", lambda: changed(hole), "layer"),
    "safetensors: bytes at the end": ("n.safetensors", lambda: changed(lambda _: None, b"more"), "bytes"),
    "safetensors: a tensor twice": ("n.safetensors", twice, "layer1.W"),
    "safetensors: a shape of 0 by 2^60": ("n.safetensors", lambda: changed(endless), "layer1.W"),
    "safetensors: another type": ("n.safetensors", lambda: changed(another_type), "layer1.W"),
    "safetensors: nan": ("n.safetensors", with_nan, "layer3.b"),
    "npz: a bomb": ("n.npz", bomb, "W1"),
    "npz: a forged header": (
        "n.npz",
        lambda: archive(header_of("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }")),
        "W1",
    ),
    "npz: objects": ("n.npz", objects, "W1"),
    "json: a deep one": ("n.json", lambda: b"[" * 1_000_000, "nested too deep"),
    **{
        f"a pickle called {suffix}": (f"n{suffix}", lambda: pickle.dumps(print), "pickle")
        for suffix in (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".skops", ".ckpt")
    },
    "a pickle that is called .safetensors": ("n.safetensors", lambda: pickle.dumps({"a": 1}), "header"),
}
