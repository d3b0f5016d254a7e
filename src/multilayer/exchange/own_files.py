"""Our own files, and safetensors of other frameworks."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import msgspec

from multilayer._base import tensor_file
from multilayer._base.storage import shown
from multilayer.exchange import weights
from multilayer.exchange.imported import Asked, Imported, Target
from multilayer.io import load, network_json, safetensors
from multilayer.network import MLP
from multilayer.tables import Model

__all__ = ["ORIGIN", "read", "write_json", "write_safetensors"]

ORIGIN = "origin"
"""The metadata of a safetensors file that says where the network is from."""


def read(path: Path, asked: Asked) -> Imported:
    """Return the network or the model of a table in a file of ours, or of a state_dict in safetensors."""
    if path.suffix.lower() == ".json":
        return Imported(load(path), "network JSON")
    file = tensor_file.load(path)
    file.check()
    metadata = file.metadata
    origin = {"origin": metadata[ORIGIN]} if ORIGIN in metadata else {}
    if safetensors.MODEL in metadata:
        return Imported(Model.load(path), "model of a table", origin=origin)
    if safetensors.NETWORK in metadata:
        return Imported(load(path), "safetensors", origin=origin)
    network, notes = weights.network_of(file.arrays(), shown(path), asked, units_first=True)
    return Imported(network, "weights in safetensors", notes)


def write_json(network: MLP, target: Target) -> dict[str, bytes]:
    """Return network JSON; its description says where it is from."""
    data = network_json.write(network)
    origin = target.origin
    if not origin:
        return {".json": data}
    text = "; ".join(f"{name}: {value}" for name, value in origin.items())
    head, line, rest = data.partition(b'  "version": 1,\n')
    described = b'  "description": ' + msgspec.json.encode(text) + b",\n"
    return {".json": head + line + described + rest}


def write_safetensors(network: MLP | Model, target: Target) -> dict[str, bytes]:
    """Return a safetensors file; its metadata has the network's outline, and where it is from."""
    if isinstance(network, Model):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.safetensors")
            network.save(path)
            return {".safetensors": with_metadata(path.read_bytes(), target.origin)}
    return {".safetensors": with_metadata(safetensors.write(network), target.origin)}


def with_metadata(data: bytes, origin: dict[str, str]) -> bytes:
    """Return a safetensors file with one more entry of metadata; its tensors stay as they are."""
    if not origin:
        return data
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"][ORIGIN] = json.dumps(origin)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text + data[8 + length :]
