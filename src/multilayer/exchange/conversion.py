"""From one format to another, with both sides run on the same samples before anything is written."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Unpack

from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.language import in_language
from multilayer._base.storage import AnyPath, check_not_read, shown
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_
from multilayer.exchange.files import Added, asked_for, contents, imported, put
from multilayer.exchange.formats import Format, format_of
from multilayer.exchange.given import rows_given, samples_given
from multilayer.exchange.imported import Asked, Imported, Origin, Runner, Target, layer_table
from multilayer.exchange.proof import Proof, prove, samples_for
from multilayer.network import MLP
from multilayer.network.labels import Label
from multilayer.tables import Columns, Model

__all__ = ["Conversion", "convert"]

_LONGEST_NAMES = 110


@dataclass(frozen=True, eq=False, repr=False)
class Conversion:
    """What was read, what was written, and how far the numbers of both sides are from the network's.

    Attributes
    ----------
    read : Imported
        The network, and what was folded or decided.
    proofs : tuple of Proof
        Of the source and of the target, as far as their programs are installed.
    notes : tuple of str
        What else was checked, and what could not be.
    files : tuple of (path, bytes)
        What was written.
    """

    source: str
    read: Imported
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...]
    files: tuple[tuple[Path, int], ...]

    def __repr__(self) -> str:
        caption = fill("read {source}: {format}", source=self.source, format=self.read.format)
        network = self.read.network
        lines = [
            layer_table(network, caption).text()
            if isinstance(network, MLP)
            else f"{caption}\n{network.summary()}"
        ]
        if isinstance(network, MLP) and network.classes is not None:
            lines.append(_named(N_("  classes: {names}"), network.classes))
        if isinstance(network, MLP) and network.input_names is not None:
            lines.append(_named(N_("  inputs: {names}"), network.input_names))
        lines += [f"  - {note}" for note in self.read.notes]
        template = N_("checked {file} with {proof}")
        lines += [fill(template, file=proof.file, proof=proof) for proof in self.proofs]
        lines += [f"  - {note}" for note in self.notes]
        template = N_("wrote {file}, {size:,} bytes")
        lines += [fill(template, file=shown(path), size=size) for path, size in self.files]
        return "\n".join(lines)


def _named(template: str, names: Sequence[Label]) -> str:
    return one_line(fill(template, names=", ".join(map(str, names))), _LONGEST_NAMES)


def convert(
    source: AnyPath,
    target: AnyPath,
    *,
    from_format: str | None = None,
    to_format: str | None = None,
    check: Any = None,
    tolerance: float = 1.0,
    overwrite: bool = True,
    **added: Unpack[Added],
) -> Conversion:
    """Read a network of one format, write it in another, and check that the numbers are the same.

    Both programs, where they are installed, and the network run the same samples. A target that can be read here is
    read back, too. Where numbers differ by more than `tolerance` times what rounding makes of them (see `Proof`),
    nothing is written.

    Parameters
    ----------
    source, target : str or path
    from_format, to_format : str, optional
        Names in `multilayer.exchange.FORMATS`; by the suffixes unless given.
    check : array_like, shape (samples, inputs), or path of a CSV file, optional
        The samples to run; for a model of a table any table that it predicts. Unless given, they are made for the
        network.
    tolerance : float
        How many times the tolerance of `Proof` is accepted.
    overwrite : bool
        Whether files that exist are replaced.
    **added
        What the source does not have, as for `read`: `hidden`, `output`, `classes`, `inputs`.

    Returns
    -------
    Conversion
        What was read, checked and written.

    Raises
    ------
    InputError
        As `read` and `write` do, and for a difference that is no rounding.

    Examples
    --------
    >>> import multilayer, tempfile
    >>> network = multilayer.MLP([multilayer.Dense([[0.5], [-0.25]], [0.125], "sigmoid")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     multilayer.save(network, f"{folder}/network.json")
    ...     done = convert(f"{folder}/network.json", f"{folder}/network.npz")
    >>> [path.name for path, _ in done.files]
    ['network.npz']
    """
    asked = asked_for(**added)
    to = format_of(target, to_format, to=True)
    found = imported(source, from_format, asked)
    check_not_read(target, source)
    network = found.network
    comparison = _Comparison.of(network, check, tolerance)
    with located(shown(source)):
        of_source, notes = _prove_source(found, comparison)
    origin = _origin(source)
    with located(shown(target)):
        given = Target(Path(target).stem, origin, None if check is None else comparison.samples)
        of_target, more = _prove_target(network, target, to, given, comparison)
        notes += more
        sides = ((of_source, source), (of_target, target))
        proofs = [replace(proof, file=shown(file)) for proof, file in sides if proof is not None]
        if check is not None and not proofs and to.report is None:
            notes.append(fill("no other program ran the rows that were given"))
        if proofs:
            with in_language("en"):  # a file is for every reader
                origin["checked"] = str(proofs[-1])
        files = contents(network, to, given)
    written = put(files, target, overwrite=overwrite)
    sizes = tuple((path, len(data)) for path, data in zip(written, files.values(), strict=True))
    return Conversion(shown(source), found, tuple(proofs), tuple(notes), sizes)


@dataclass(frozen=True)
class _Comparison:
    """What both sides are compared on."""

    samples: NDArray[Any] | None
    """Of a network."""
    rows: Columns | None
    """Of a model of a table, where the user gave some."""
    tolerance: float
    """How many times the tolerance is accepted."""

    @classmethod
    def of(cls, network: MLP | Model, check: Any, tolerance: float) -> _Comparison:
        """Return the rows that the user gave, or samples that are made for a network."""
        if isinstance(network, MLP):
            x = samples_for(network) if check is None else samples_given(check, network)
            return cls(x, None, tolerance)
        return cls(None, None if check is None else rows_given(check, network), tolerance)

    def network(self, network: MLP, program: tuple[Runner, str] | None) -> Proof | None:
        """Compare a network with a program; None without one."""
        if program is None or self.samples is None:
            return None
        return self.accepted(prove(network, *program, self.samples))

    def accepted(self, proof: Proof | None) -> Proof | None:
        """Return a proof whose difference is within the tolerance; refuse another."""
        if proof is not None:
            proof.check(self.tolerance)
        return proof


def _prove_source(found: Imported, comparison: _Comparison) -> tuple[Proof | None, list[str]]:
    """Compare what was read with the program of its file; return notes on what could not be."""
    if isinstance(found.network, MLP):
        proof = comparison.network(found.network, None if found.program is None else found.program())
    else:
        proof = comparison.accepted(None if found.proof is None else found.proof(comparison.rows))
    if proof is not None or (found.program is None and found.proof is None):
        return proof, []
    template = N_(
        "no installed program runs the file that was read, so what was written is compared with it as read"
    )
    return None, [fill(template)]


def _prove_target(
    network: MLP | Model, target: AnyPath, to: Format, given: Target, comparison: _Comparison
) -> tuple[Proof | None, list[str]]:
    """Write into a folder of its own, read that back and run it; return notes on what was and was not checked."""
    notes, proof = [], None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(target).name)
        put(contents(network, to, given), path, overwrite=True)
        if to.read is not None and (to.reads_models or isinstance(network, MLP)):
            if _numbers(to.read(path, Asked()).network) != _numbers(network):
                raise InputError(
                    "what was written is not read back bit for bit; this is a defect of multilayer"
                )
            notes.append(fill("{format} is read back with the same bits", format=to.title))
        if to.report is not None:
            notes += to.report(network, given.samples).splitlines()
        if isinstance(network, MLP):
            proof = comparison.network(network, None if to.run is None else to.run(path))
        elif to.prove_model is not None:
            proof = comparison.accepted(to.prove_model(network, path, comparison.rows))
        runs = to.run if isinstance(network, MLP) else to.prove_model
        if proof is None and runs is not None:
            template = N_("not compared, as no installed program runs this file ({format})")
            notes.append(fill(template, format=to.title))
    return proof, notes


def _numbers(network: Any) -> Any:
    return network.layers if isinstance(network, MLP) else [one.layers for one in network.networks]


def _origin(source: AnyPath) -> Origin:
    """Return who makes the file, when, and of which source; SOURCE_DATE_EPOCH sets the time, for builds that repeat."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    made = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return {
        "by": f"multilayer {version('multilayer')}",
        "made": made.isoformat(timespec="seconds"),
        "from": Path(shown(source)).name,
        "sha256": hashlib.sha256(storage.read(source)).hexdigest(),
    }
