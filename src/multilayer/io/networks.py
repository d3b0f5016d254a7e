"""Load and save networks; the suffix of a file decides its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.fields import checked_flag
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer.activations import Activation
from multilayer.io import network_json, safetensors
from multilayer.io.network_document import user_activations
from multilayer.network import MLP
from multilayer.network.held import network_of

__all__ = [
    "FORMATS",
    "Format",
    "bytes_of",
    "is_network_file",
    "load",
    "network_in",
    "refuse_disguise",
    "save",
]


@dataclass(frozen=True)
class Format:
    """A kind of file that holds a network."""

    name: str
    suffix: str
    read: Callable[[bytes, str, Sequence[Activation]], MLP]
    """Takes the content of a file, its name for messages, and user-defined activations; an `InputError` is the only
    error that it raises."""
    write: Callable[[MLP], bytes]


FORMATS = (
    Format("network JSON", ".json", network_json.read, network_json.write),
    Format("safetensors", ".safetensors", safetensors.read, safetensors.write),
)
_BY_SUFFIX = {format_.suffix: format_ for format_ in FORMATS}

# Files that are pickles, or archives and arrays that can hold one.
_PICKLES = {".pkl", ".pickle", ".dill", ".joblib", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz"}
_ADVICE = N_(
    "a pickle runs code when it is loaded; multilayer never loads one; save the weights as .json or .safetensors"
)


def load(path: AnyPath, activations: Activation | Iterable[Activation] = ()) -> MLP:
    """Return the network in a file: network JSON (.json) or safetensors (.safetensors).

    Loading runs no code from the file, and takes memory in proportion to its size: JSON at most about thirty times,
    safetensors three. A network that `save` wrote is read back bit for bit.

    Parameters
    ----------
    path : str or path
        The file.
    activations : Activation or iterable of them, optional
        User-defined activations that the file names. The file has their names and parameters only, as code is never
        read from a file.

    Raises
    ------
    InputError
        When there is no such file, or it is not a network: one line with file, line or layer, what was expected and
        what was found.

    Examples
    --------
    >>> import multilayer, tempfile
    >>> network = multilayer.MLP([multilayer.Dense([[0.5], [-0.2]], [0.1], "sigmoid")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, f"{folder}/network.json")
    ...     load(f"{folder}/network.json") == network
    True
    """
    checked = user_activations(activations)
    _format_of(path)
    return network_in(storage.read(path), shown(path), checked)


def network_in(data: bytes, where: str, activations: Sequence[Activation] = ()) -> MLP:
    """Return the network in the bytes of a file of this name, as `load` does."""
    format_ = _format_of(where)
    refuse_disguise(data, where)
    return format_.read(data, where, activations)


def is_network_file(path: AnyPath) -> bool:
    """Whether a file's suffix is one that `load` knows, or one of pickles, which it refuses."""
    return Path(shown(path)).suffix.lower() in {*_BY_SUFFIX, *_PICKLES}


def bytes_of(network: MLP, name: str) -> bytes:
    """Return the bytes that `save` writes to a file of this name."""
    format_ = _format_of(name)
    with located(name):
        return format_.write(network)


def save(network: MLP, path: AnyPath, overwrite: bool = True) -> None:
    """Write the network to a file: network JSON (.json) or safetensors (.safetensors).

    The result of `fit` and a fitted estimator of `multilayer.estimators` are accepted in place of their network. The
    file is written whole or not at all. A user-defined activation is written as its name, which must not be one of the
    catalogue's, and its parameters, without its code: pass it to `load` again, as `load(path, activations=[mine])`.

    Raises
    ------
    InputError
        For an unknown suffix, a weight that is nan or infinite, an activation that would be read back as another one,
        and a file that cannot be written (with `overwrite=False`: or is there already).
    """
    network = network_of(network)
    overwrite = checked_flag("overwrite", overwrite)
    storage.write(path, bytes_of(network, shown(path)), overwrite=overwrite)


def _format_of(path: AnyPath) -> Format:
    suffix = Path(shown(path)).suffix.lower()
    if suffix in _PICKLES:
        raise InputError(
            "{path}: a {suffix} file can hold a pickle; {advice}",
            path=shown(path),
            suffix=suffix,
            advice=translated(_ADVICE),
        )
    if suffix not in _BY_SUFFIX:
        *others, last = (f"{known} ({entry.name})" for known, entry in _BY_SUFFIX.items())
        found = shown(suffix) if suffix else fill("no suffix")
        raise InputError(
            "{path}: expected a network file, {others} or {last}; found {found}",
            path=shown(path),
            others=", ".join(others),
            last=last,
            found=found,
        )
    return _BY_SUFFIX[suffix]


def refuse_disguise(data: bytes, where: str) -> None:
    """Refuse a pickle, or a zip archive as PyTorch and NumPy write, under another name.

    The length of its header, with which a safetensors file starts, can look like the start of a pickle; but there the
    brace of the header follows.
    """
    binary_pickle = data[:1] == b"\x80" and data[1:2] <= b"\x05" and data[8:9] != b"{"
    for found, kind in ((binary_pickle, N_("a pickle")), (data[:4] == b"PK\x03\x04", N_("a zip archive"))):
        if found:
            raise InputError(
                "{where}: expected {suffix}, found {kind}; {advice}",
                where=where,
                suffix=Path(where).suffix,
                kind=translated(kind),
                advice=translated(_ADVICE),
            )
