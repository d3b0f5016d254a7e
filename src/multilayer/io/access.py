"""Load and save: the suffix of the name finds the format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.fields import checked_flag
from multilayer._base.storage import AnyPath, shown
from multilayer.activations import Activation
from multilayer.io import table
from multilayer.io.format import Format
from multilayer.io.own_activations import own_activations
from multilayer.network import MLP
from multilayer.network.held import network_of

__all__ = ["load", "save"]

_FORMATS = {entry.suffix: entry for entry in vars(table).values() if isinstance(entry, Format)}

# Files that are pickles, or archives and arrays that can hold one.
_PICKLES = {".pkl", ".pickle", ".dill", ".joblib", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz"}
_ADVICE = (
    "a pickle runs code when it is loaded; multilayer never loads one; "
    f"save the weights as {' or '.join(_FORMATS)}"
)


def load(path: AnyPath, activations: Activation | Iterable[Activation] = ()) -> MLP:
    """Return the network in a file: network JSON (.json) or safetensors (.safetensors).

    Loading runs no code from the file, and takes memory in proportion to its size: JSON at worst some thirty
    times, safetensors three. What `save` wrote comes back equal, bit for bit.

    Parameters
    ----------
    path : str or path
        The file.
    activations : Activation or iterable of them, optional
        Activations of your own that the file names. The file has their names and parameters; what they compute is
        yours to bring, for no code is ever taken from a file.

    Raises
    ------
    InputError
        When there is no such file, or it is not a network: one line with file, line or layer, what was
        expected, what was found.

    Examples
    --------
    >>> import multilayer, tempfile
    >>> network = multilayer.MLP([multilayer.Dense([[0.5], [-0.2]], [0.1], "sigmoid")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(network, f"{folder}/network.json")
    ...     load(f"{folder}/network.json") == network
    True
    """
    own = own_activations(activations)
    format_ = _format_of(path)
    data = storage.read(path)
    _refuse_disguise(data, shown(path))
    return format_.read(data, shown(path), own)


def save(network: MLP, path: AnyPath, overwrite: bool = True) -> None:
    """Write the network to a file: network JSON (.json) or safetensors (.safetensors).

    What `fit` returned and a fitted estimator of `multilayer.estimators` stand for their network. The file
    appears whole or not at all. An activation of your own is written by its name, which must not be one of the
    catalogue's, and its parameters; what it computes is not: give it to `load` again, as
    `load(path, activations=[mine])`.

    Raises
    ------
    InputError
        For an unknown suffix, a weight that is nan or infinite, an activation that would not come back, or
        a file that cannot be written (with `overwrite=False`: or is there already).
    """
    network = network_of(network)
    overwrite = checked_flag("overwrite", overwrite)
    format_ = _format_of(path)
    with located(shown(path)):
        data = format_.write(network)
    storage.write(path, data, overwrite=overwrite)


def _format_of(path: AnyPath) -> Format:
    suffix = Path(shown(path)).suffix.lower()
    if suffix in _PICKLES:
        raise InputError(f"{shown(path)}: a {suffix} file can hold a pickle; {_ADVICE}")
    if suffix not in _FORMATS:
        known = " or ".join(f"{known} ({entry.name})" for known, entry in _FORMATS.items())
        found = f"found {shown(suffix)}" if suffix else "found no suffix"
        raise InputError(f"{shown(path)}: expected a network file, {known}; {found}")
    return _FORMATS[suffix]


def _refuse_disguise(data: bytes, where: str) -> None:
    """Refuse a pickle, or a zip archive as PyTorch and NumPy write, under another name.

    A safetensors file may start with the bytes of a pickle, since its header's length stands there; but then
    its header's brace follows.
    """
    binary_pickle = data[:1] == b"\x80" and data[1:2] <= b"\x05" and data[8:9] != b"{"
    for found, kind in ((binary_pickle, "a pickle"), (data[:4] == b"PK\x03\x04", "a zip archive")):
        if found:
            raise InputError(f"{where}: expected {Path(where).suffix}, found {kind}; {_ADVICE}")
