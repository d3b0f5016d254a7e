"""The table of formats: names, suffixes, reader and writer of each, and the formats that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import near_matches, quoted
from multilayer._base.translation import N_, translated
from multilayer.exchange import npz, own_files, scikit_learn, source_formats
from multilayer.exchange.imported import Asked, Imported, ModelProver, Runner, Target
from multilayer.exchange.keras import reader as keras_reader
from multilayer.exchange.keras import runtime as keras_runtime
from multilayer.exchange.keras import writer as keras_writer
from multilayer.exchange.onnx import reader as onnx_reader
from multilayer.exchange.onnx import runtime as onnx_runtime
from multilayer.exchange.onnx import writer as onnx_writer
from multilayer.exchange.source import SOURCES
from multilayer.exchange.torch import runtime as torch_runtime
from multilayer.exchange.torch import writer as torch_writer
from multilayer.network import MLP
from multilayer.tables import Model

__all__ = ["FORMATS", "Format", "format_of"]


@dataclass(frozen=True)
class Format:
    """A kind of file that holds a network."""

    name: str
    """The name for --from and --to."""
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Asked], Imported] | None = None
    write: Callable[[Any, Target], dict[str, bytes]] | None = None
    """Returns the content of each file by its suffix, the named one last. It refuses with an `InputError` what the
    format cannot represent."""
    reads_models: bool = False
    """Whether models of tables are read, too."""
    writes_models: bool = False
    """Whether `write` takes models of tables, too."""
    prove_model: ModelProver | None = None
    """How far a model of a table in a file is from the model itself."""
    run: Callable[[Path], tuple[Runner, str] | None] | None = None
    """The program of the format on a file, and its name, where that is installed."""
    report: Callable[[MLP | Model, Any], str] | None = None
    """What is measured on samples of a network that is written so, in lines."""

    @property
    def file(self) -> str:
        """A name of such a file, as help and messages show it."""
        suffix = self.suffixes[0]
        return f"NAME{suffix}" if suffix.startswith("_") else suffix


FORMATS: tuple[Format, ...] = (
    Format("json", "network JSON", (".json",), own_files.read, own_files.write_json),
    Format(
        "safetensors",
        "safetensors",
        (".safetensors",),
        own_files.read,
        own_files.write_safetensors,
        True,
        True,
    ),
    Format("npz", "NumPy archive", (".npz",), npz.read, npz.write),
    Format(
        "onnx",
        "ONNX",
        (".onnx",),
        onnx_reader.read,
        onnx_writer.write,
        writes_models=True,
        prove_model=onnx_runtime.prove_table,
        run=onnx_runtime.run_network,
    ),
    Format("keras", "Keras 3", (".keras",), keras_reader.read, keras_writer.write, run=keras_runtime.program),
    Format("keras-weights", "weights of Keras 3", (".weights.h5", ".h5"), keras_reader.read_weights),
    Format("torch", "PyTorch module", ("_torch.py",), None, torch_writer.write, run=torch_runtime.program),
    Format(
        "scikit-learn",
        "scikit-learn estimator",
        ("_sklearn.py",),
        None,
        scikit_learn.write,
        run=scikit_learn.program,
    ),
    *(
        Format(
            name,
            one.title,
            one.suffixes[:1],
            write=source_formats.writer_of(one),
            writes_models=True,
            prove_model=None if one.run_rows is None else source_formats.prover_of(one),
            run=one.run,
            report=one.report,
        )
        for name, one in SOURCES.items()
    ),
)

_REFUSED = {
    **dict.fromkeys(
        (".pt", ".pth", ".ckpt", ".bin", ".pt2"),
        N_(
            "it can hold a pickle, which runs code when it is loaded, so it is never loaded here; in PyTorch: "
            "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors'), or torch.onnx.export"
        ),
    ),
    **dict.fromkeys(
        (".pkl", ".pickle", ".dill", ".joblib", ".npy", ".skops"),
        N_(
            "it can hold a pickle, which runs code when it is loaded, so it is never loaded here; where it was made: "
            "multilayer.exchange.write(model, 'network.safetensors')"
        ),
    ),
    **dict.fromkeys(
        (".pb", ".tflite", ".mlmodel", ".pmml", ".gguf"),
        N_("this format is not read or written here; ONNX is the common one"),
    ),
}
"""Suffixes that are no format here, with the way out."""


def format_of(path: AnyPath, name: str | None, *, to: bool) -> Format:
    """Return the format of this name, or without one of the longest suffix, that can be read or written.

    Raises
    ------
    InputError
        For an unknown name or suffix.
    """
    able = [one for one in FORMATS if (one.write if to else one.read) is not None]
    option = "--to" if to else "--from"
    if name is not None:
        found = [one for one in able if one.name == name]
        if not found:
            known = [one.name for one in able]
            raise InputError(
                "{option} {name}: {near}", option=option, name=quoted(name), near=near_matches(name, known)
            )
        return found[0]
    suffix = Path(shown(path)).suffix.lower()
    if suffix in _REFUSED and not to:
        raise InputError(f"{shown(path)}: {translated(_REFUSED[suffix])}")
    name_of_file = Path(shown(path)).name.lower()
    fitting = [(suffix, one) for one in able for suffix in one.suffixes if name_of_file.endswith(suffix)]
    if not fitting:
        written = [one for one in FORMATS if one.read is None and name_of_file.endswith(one.suffixes[0])]
        if written and not to:
            raise InputError(
                "{path}: {format} is written and not read, as nothing of a file is run here; read the file that it "
                "was made of",
                path=shown(path),
                format=max(written, key=lambda one: len(one.suffixes[0])).title,
            )
        raise InputError(
            "{path}: expected a file like one of these, or {option}: {known}",
            path=shown(path),
            option=option,
            known=", ".join(dict.fromkeys(one.file for one in able)),
        )
    return max(fitting, key=lambda pair: len(pair[0]))[1]  # of two as long, the first
