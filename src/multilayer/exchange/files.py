"""Reading and writing networks of any format."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.fields import entries
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import one_line
from multilayer.activations import Activation
from multilayer.exchange.formats import Format, format_of
from multilayer.exchange.imported import Asked, Imported, Target, with_output
from multilayer.exchange.keras import reader as keras_reader
from multilayer.exchange.pipelines import holds_table, model_of
from multilayer.interop import from_model
from multilayer.network.held import holds_network, network_of
from multilayer.network.labels import Label
from multilayer.tables import Model

__all__ = ["Added", "asked_for", "contents", "put", "read", "write"]


def read(
    path: Any,
    format: str | None = None,  # noqa: A002  (the word that users know)
    *,
    hidden: str | Activation | Sequence[str | Activation] = (),
    output: str | Activation | None = None,
    classes: Sequence[Label] | None = None,
    inputs: Sequence[str] | None = None,
) -> Imported:
    """Return the network in a file of any format, or of a model in memory, with notes on what was decided.

    Nothing from the file is run. What a network cannot represent is refused by name.

    Parameters
    ----------
    path : str or path
        Or a model in memory: of Keras 3, which is saved and read as a file is; a fitted pipeline of scikit-learn, which
        with imputers or encoders is a model of a table; or what `multilayer.from_model` takes.
    format : str, optional
        A name in `multilayer.exchange.FORMATS`; by the suffix unless given.
    hidden : str or Activation, or one for each hidden layer, optional
        Activations, for a file that has weights alone: a state_dict, arrays of NumPy.
    output : str or Activation, optional
        The last activation, where the file ends in weighted sums: "softmax" for a classifier that ends in logits.
    classes : sequence, optional
        Labels, as for `multilayer.MLP`.
    inputs : sequence of str, optional
        Names of the inputs.

    Raises
    ------
    InputError
        When the file is not what its format says, or has a part that a network cannot represent.

    Examples
    --------
    >>> import multilayer, tempfile
    >>> network = multilayer.MLP([multilayer.Dense([[0.5], [-0.2]], [0.1], "sigmoid")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(network, f"{folder}/network.npz")
    ...     read(f"{folder}/network.npz").network == network
    True
    """
    asked = asked_for(hidden, output, classes, inputs)
    if isinstance(path, str | os.PathLike):
        return imported(path, format, asked)
    return with_output(_in_memory(path), asked)


class Added(TypedDict, total=False):
    """What `read` takes beside a path."""

    hidden: str | Activation | Sequence[str | Activation]
    output: str | Activation | None
    classes: Sequence[Label] | None
    inputs: Sequence[str] | None


def asked_for(hidden: Any = (), output: Any = None, classes: Any = None, inputs: Any = None) -> Asked:
    """Return what the user adds to a file, as tuples."""
    listed = (hidden,) if isinstance(hidden, str | Activation) else entries(hidden)
    if listed is None or not all(isinstance(one, str | Activation) for one in listed):
        raise InputError(
            "hidden must be activations or their names; got {hidden}", hidden=one_line(repr(hidden), 60)
        )
    return Asked(listed, output, tuple(classes) if classes else None, inputs and tuple(inputs))


def _is_keras(model: Any) -> bool:
    """Whether an object is a model of Keras 3, by its class; Keras is not imported."""
    return "keras" in {kind.__module__.partition(".")[0] for kind in type(model).__mro__} and hasattr(
        model, "save"
    )


def _of_keras(model: Any) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return replace(keras_reader.read(path, Asked()), program=None)


def imported(path: AnyPath, name: str | None, asked: Asked) -> Imported:
    """Return the network in a file, with what was asked for."""
    chosen = format_of(path, name, to=False)
    storage.check_regular(path)
    assert chosen.read is not None  # noqa: S101  (format_of returns no other)
    found = chosen.read(Path(path), asked)
    with located(shown(path)):
        return with_output(found, asked)


def write(
    model: Any,
    path: AnyPath,
    format: str | None = None,  # noqa: A002  (the word that users know)
    *,
    overwrite: bool = True,
) -> None:
    """Write a network, a model of a table or a fitted model of another package to a file of any format.

    Parameters
    ----------
    model : MLP, Model, or what `read` takes as a model in memory
    path : str or path
    format : str, optional
        A name in `multilayer.exchange.FORMATS`; by the suffix unless given.
    overwrite : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        For what the format cannot represent, and a file that cannot be written; then nothing is written.

    Examples
    --------
    >>> import multilayer, tempfile
    >>> network = multilayer.initialize((2, 3, 1), "relu", rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(network, f"{folder}/network_torch.py")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['network_torch.py', 'network_torch.safetensors']
    """
    chosen = format_of(path, format, to=True)
    with located(shown(path)):
        files = contents(model, chosen, Target(Path(path).stem))
    put(files, path, overwrite=overwrite)


def contents(model: Any, to: Format, target: Target) -> dict[str, bytes]:
    """Return the content of each file by its suffix."""
    assert to.write is not None  # noqa: S101  (format_of returns no other)
    held = _in_memory(model).network
    if isinstance(held, Model) and not to.writes_models:
        raise InputError(
            "{format}: it holds a network, not a model of a table; write it as .safetensors or .onnx",
            format=to.title,
        )
    return to.write(held, target)


def _in_memory(model: Any) -> Imported:
    """Return the network, or the model of a table, that an object is or holds."""
    if isinstance(model, Model):
        return Imported(model, "model of a table")
    if _is_keras(model):
        return _of_keras(model)
    if holds_table(model):
        held, notes = model_of(model)
        return Imported(held, "pipeline of scikit-learn", notes)
    network = network_of(model) if holds_network(model) else from_model(model)
    return Imported(network, type(model).__name__)


def put(files: dict[str, bytes], path: AnyPath, *, overwrite: bool) -> list[Path]:
    """Write files whole or not at all: the last one is the one that was named, others stand beside it."""
    *beside, (_, last) = files.items()
    named = [(Path(path).with_suffix(suffix), data) for suffix, data in beside] + [(Path(path), last)]
    for target, _ in named:
        storage.check_writable(target)
        if not overwrite and storage.exists(target):
            raise InputError(
                "{target}: the file is there already; name another one, or overwrite it", target=shown(target)
            )
    for target, data in named:
        storage.write(target, data, overwrite=overwrite)
    return [target for target, _ in named]
