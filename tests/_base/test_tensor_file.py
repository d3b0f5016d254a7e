"""Tensors out of the bytes of a safetensors file: as the library reads them, and refused before memory is taken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from multilayer._base import tensor_file
from multilayer._base.errors import InputError

TENSORS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.array([1.5, -0.0, 5e-324]),
    "c": np.array([-1, 2**63 - 1]),
}


def raw(header: Any, content: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_what_the_library_wrote() -> None:
    data = save(TENSORS, {"what": "that"})
    found = tensor_file.read(data, "file")
    assert found.metadata == {"what": "that"}
    arrays, expected = found.arrays(), load(data)
    assert arrays.keys() == expected.keys()
    for name, array in arrays.items():
        assert (array.dtype, array.shape, array.tobytes()) == (
            expected[name].dtype,
            expected[name].shape,
            expected[name].tobytes(),
        )
        assert array.flags.aligned
        assert array.flags.writeable


def test_tensors_at_any_address() -> None:
    numbers = np.array([1.0, 2.0])
    for odd in range(8):
        data = raw({"x": entry("F64", [2], 0, 16), "__metadata__": {"odd": "x" * odd}}, numbers.tobytes())
        array = tensor_file.read(data, "file").arrays()["x"]
        assert array.tolist() == [1.0, 2.0]
        assert array.flags.aligned


@pytest.mark.parametrize(
    ("header", "content", "expected"),
    [
        (
            {"x": entry("I8", [1], 0, 1)},
            b".",
            "tensor x: expected F32 or F64 or F16 or BF16 or I64, found 'I8'",
        ),
        ({"x": entry("F64", [2**60], 0, 8)}, b"." * 8, "tensor x: expected 9223372036854775808 bytes"),
        ({"x": entry("F64", [2**62, 4], 0, 0)}, b"", "tensor x: expected 147573952589676412928 bytes"),
        ({"x": entry("F64", [-1, -1], 0, 8)}, b"." * 8, "at least one of each, found the shape (-1, -1)"),
        ({"x": entry("F64", [0], 0, 0)}, b"", "at least one of each"),
        ({"x": entry("F64", [1, 1, 1], 0, 8)}, b"." * 8, "one or two axes"),
        ({"x": entry("F64", [10**17] * 10**4, 0, 8)}, b"." * 8, "one or two axes"),
        (
            {"x": entry("F64", [1], 8, 16)},
            b"." * 16,
            "tensor x: tensors do not fill the file: it begins at 8",
        ),
        (
            {"x": entry("F64", [1], 0, 8), "y": entry("F64", [1], 0, 8)},
            b"." * 8,
            "tensor y: tensors do not fill the file: it begins at 0, expected 8",
        ),
        ({"x": entry("F64", [1], 0, 8)}, b"." * 7, "they take 8 bytes of 7 behind the header"),
        ({"x": entry("F64", [1], 0, 8)}, b"." * 9, "they take 8 bytes of 9 behind the header"),
        ({"x": entry("F64", [1], 8, 0)}, b"." * 8, "expected 8 bytes for the shape (1,), found -8"),
        ({"x" * 10**5: entry("F64", [2**60], 0, 8)}, b"." * 8, "tensor xxxxxxxxxxxxxxxxxx ... xxxx"),
    ],
)
def test_sizes_are_checked_first(header: Any, content: bytes, expected: str) -> None:
    found = tensor_file.read(raw(header, content), "file")
    with pytest.raises(InputError) as caught:
        found.arrays()
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_header_is_no_longer_than_the_format_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_file, "_LONGEST_HEADER", 10)
    with pytest.raises(
        InputError, match="file: expected a safetensors file, with a header of 10 bytes at most"
    ):
        tensor_file.read(raw({"a": "123456789"}), "file")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as on Linux")
def test_too_little_memory_is_an_input_error() -> None:
    program = """
import pathlib, resource, numpy as np
from safetensors.numpy import save
from multilayer import InputError
from multilayer._base import tensor_file
data = save({"x": np.zeros(25_000_000)})
pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 100_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    tensor_file.read(data, "file").arrays()
except InputError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "file: there is not enough memory for 200000000 bytes of tensors\n"


def test_a_file_is_refused_by_its_header_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.safetensors"
    path.write_bytes(raw({"a": "123456789"}))
    monkeypatch.setattr(tensor_file, "read", lambda data, where: pytest.fail("it was read"))
    monkeypatch.setattr(tensor_file, "_LONGEST_HEADER", 10)
    with pytest.raises(InputError, match="expected a safetensors file, with a header of 10 bytes at most"):
        tensor_file.load(path)
    path.write_bytes(b"PK\3\4 something else")
    with pytest.raises(InputError, match="with a header of 10 bytes at most; found something else"):
        tensor_file.load(path)
