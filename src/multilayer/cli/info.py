"""`multilayer info`: what is installed and at work."""

from __future__ import annotations

import platform
import re

import numpy as np

import multilayer
from multilayer import backend
from multilayer.cli.console import JsonOption, say, write_bytes
from multilayer.io import to_json

__all__ = ["info"]

_REQUIREMENT = re.compile(r"""(?P<package>[\w.-]+).*;.*extra\s*==\s*["'](?P<extra>[^"']+)["']""")


def info(as_json: JsonOption = False) -> None:
    """Show the version, the backend at work and its threads, and which extras are installed."""
    at_work = backend.info()
    facts = {
        "multilayer": multilayer.__version__,
        "backend": at_work.backend,
        "level": at_work.level,
        "levels": at_work.levels,
        "threads": at_work.threads,
        "reason": at_work.reason,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    missing = _missing_packages()
    if as_json:
        write_bytes(to_json(facts | {"extras": {extra: not packages for extra, packages in missing.items()}}))
        return
    for name, value in facts.items():
        say(f"{name:<12}{', '.join(value) if isinstance(value, tuple) else value}")
    for extra, packages in missing.items():
        state = f"not installed ({', '.join(packages)})" if packages else "installed"
        say(f"{'extra':<12}{extra}: {state}")


def _missing_packages() -> dict[str, list[str]]:
    """Return the packages that each extra lacks, as the package's own metadata list them."""
    from importlib import metadata  # for this command only

    try:
        required = metadata.requires("multilayer") or []
    except metadata.PackageNotFoundError:  # run from its sources, which were never installed
        return {}
    missing: dict[str, list[str]] = {}
    for found in filter(None, map(_REQUIREMENT.match, required)):
        packages = missing.setdefault(found["extra"], [])
        if not _is_installed(found["package"]):
            packages.append(found["package"])
    return missing


def _is_installed(package: str) -> bool:
    from importlib import metadata

    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True
