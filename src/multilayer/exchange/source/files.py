"""Source as files: where they go, all of them or none."""

from __future__ import annotations

from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, check_writable, shown, write

__all__ = ["stem_of", "write_files"]


def stem_of(path: AnyPath, suffixes: tuple[str, ...]) -> tuple[Path, str]:
    """Return the folder and the name of a path, without one of the suffixes.

    Raises
    ------
    InputError
        When it is not a path, or has no name.
    """
    shown(path)
    target = Path(path)
    suffix = next((suffix for suffix in suffixes if target.name.endswith(suffix)), "")
    stem = target.name.removesuffix(suffix)
    if not stem:
        raise InputError(f"{shown(path)}: a file needs a name")
    return target.parent, stem


def write_files(folder: Path, texts: dict[str, str]) -> tuple[Path, ...]:
    """Write texts under their names, and return the paths; nothing is written where one of them cannot be."""
    paths = {folder / name: text for name, text in texts.items()}
    for path in paths:
        check_writable(path)
    for path, text in paths.items():
        write(path, text.encode("ascii"))
    return tuple(paths)
