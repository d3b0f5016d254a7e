"""What a folder of predictions holds, in a file of its own: so that a second run does only what is missing.

`_plan.json` is written before the first prediction, and `_manifest.json` when there is one for every fragment. Both
name the model by its SHA-256, the options, and each fragment by path, size and time of its last change. A file under
its final name is whole, as it is renamed to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from multilayer._base import storage, strict_json
from multilayer._base.errors import InputError
from multilayer._base.storage import shown
from multilayer._base.text import one_line
from multilayer.tables.files.sources import refusing
from multilayer.tables.scoring.fragments import Fragment

__all__ = ["MANIFEST", "Plan", "begun", "finish"]

MANIFEST, _PLAN = "_manifest.json", "_plan.json"
_FORMAT = "multilayer-predictions"


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """A fragment, as it was when its predictions were made."""

    source: str
    output: str
    bytes: int
    modified_ns: int
    stale: bool = False
    """Whether its predictions are of a former content, and have to go."""


class Plan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By which model, with which options, and of which fragments predictions are."""

    format: str = _FORMAT
    multilayer: str
    model: str
    options: dict[str, Any]
    fragments: tuple[Entry, ...]

    @classmethod
    def of(cls, model: str, options: dict[str, Any], fragments: Sequence[Fragment]) -> Plan:
        """Return the plan for a model, by its SHA-256."""
        from importlib.metadata import version  # here, as training does not wait for it

        return cls(
            multilayer=version("multilayer"),
            model=model,
            options=strict_json.plain(options),
            fragments=tuple(map(_entry, fragments)),
        )

    def write(self, path: Path) -> None:
        """Write the plan, whole or not at all."""
        storage.write(path, self.content())

    def content(self) -> bytes:
        """Return the bytes of its file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def _entry(fragment: Fragment) -> Entry:
    with refusing(shown(fragment.source)):
        found = Path(fragment.source).stat()
    return Entry(fragment.source, fragment.output, found.st_size, found.st_mtime_ns)


def begun(folder: Path, plan: Plan) -> list[int]:
    """Prepare a folder for the predictions of a plan, and return the numbers of those that are missing.

    Predictions of a fragment that has changed since are removed. If the process is killed at any moment here, the next
    run does the same.

    Raises
    ------
    InputError
        When the folder holds predictions of another model or with other options, or of fragments that are gone; or
        files of another origin under names that the predictions would have.
    """
    with refusing(shown(folder)):
        for part in {(folder / entry.output).parent for entry in plan.fragments}:
            part.mkdir(parents=True, exist_ok=True)
    before = _found(folder)
    known = {entry.output: entry for entry in before.fragments} if before is not None else {}
    if before is not None:
        _check_same(folder, before, plan)
    there = {entry.output for entry in plan.fragments if (folder / entry.output).exists()}
    for entry in plan.fragments:
        if entry.output in there and entry.output not in known:
            raise InputError(
                "{file}: there is a file of another origin in the place of predictions; name another folder",
                file=shown(folder / entry.output),
            )
    marked = tuple(
        replace(one, stale=one.output in known and known[one.output] != one) for one in plan.fragments
    )
    missing = [n for n, one in enumerate(marked) if one.stale or one.output not in there]
    if before is None or missing:
        replace(plan, fragments=marked).write(folder / _PLAN)
        with refusing(shown(folder)):
            (folder / MANIFEST).unlink(missing_ok=True)
            for one in marked:
                if one.stale:
                    (folder / one.output).unlink(missing_ok=True)
        plan.write(folder / _PLAN)
    return missing


def finish(folder: Path, plan: Plan) -> None:
    """Write the manifest, the last file of all."""
    path = folder / MANIFEST
    if not storage.exists(path) or storage.read(path) != plan.content():
        plan.write(path)
    with refusing(shown(folder)):
        (folder / _PLAN).unlink(missing_ok=True)


def _found(folder: Path) -> Plan | None:
    """Return the plan of an earlier run."""
    for name in (_PLAN, MANIFEST):  # where both are there, the plan is the newer one
        if storage.exists(folder / name):
            where = shown(folder / name)
            document = strict_json.parse(storage.decode(storage.read(folder / name), where), where)
            return strict_json.convert(document, Plan, where)
    return None


def _check_same(folder: Path, before: Plan, plan: Plan) -> None:
    for what, found, expected in (
        ("model", before.model, plan.model),
        ("multilayer", before.multilayer, plan.multilayer),
        *((name, before.options.get(name), value) for name, value in plan.options.items()),
    ):
        if found != expected:
            raise InputError(
                "{folder} holds predictions with another {what} ({found}, and now {expected}); name another folder",
                folder=shown(folder),
                what=what,
                found=one_line(str(found), 40),
                expected=one_line(str(expected), 40),
            )
    outputs = {entry.output for entry in plan.fragments}
    for entry in before.fragments:
        if entry.output not in outputs and (folder / entry.output).exists():
            raise InputError(
                "{file}: its fragment {source} is gone; remove the file, or name another folder",
                file=shown(folder / entry.output),
                source=shown(entry.source),
            )
