"""Source as files: where they go, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, check_writable, shown, write

__all__ = ["write_source"]


def write_source(
    path: AnyPath, suffixes: tuple[str, ...], source: Callable[[str], dict[str, str]], name: str | None
) -> tuple[Path, ...]:
    """Write a source beside the path with each of the suffixes, and return the paths, in the order of the suffixes.

    `source` returns texts by their file names from the name that their functions have: that of the path unless given.
    Files are called as the path is, whatever identifier is made of it. Nothing is written where one of them cannot be.

    Raises
    ------
    InputError
        When it is not a path or cannot be written, and for a name that C could not include.
    """
    target = Path(path) if shown(path) else Path()
    suffix = next((suffix for suffix in suffixes if target.name.endswith(suffix)), "")
    stem = target.name.removesuffix(suffix)
    if not stem or not stem.isprintable() or set('"\\') & set(stem):
        raise InputError(
            "{path}: a file of source needs a name, without quotes and control characters", path=shown(path)
        )
    texts = source(stem if name is None else name)
    paths: dict[Path, str] = {}
    for suffix in suffixes:
        file, text = next(entry for entry in texts.items() if entry[0].endswith(suffix))
        made = file.removesuffix(suffix)
        paths[target.parent / f"{stem}{suffix}"] = text.replace(
            f'#include "{made}.h"', f'#include "{stem}.h"', 1
        )
    for file_path in paths:
        check_writable(file_path)
    for file_path, text in paths.items():
        write(file_path, text.encode("utf-8"))
    return tuple(paths)
