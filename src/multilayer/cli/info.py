"""`multilayer info`: what is installed, and what runs the networks."""

from __future__ import annotations

import platform
import re

import click
import numpy as np

import multilayer
from multilayer import backend
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer._base.width import aligned
from multilayer.cli.console import json_option, print_text, write_json
from multilayer.io import to_json

__all__ = ["info"]

_NAMES = 12
_REQUIREMENT = re.compile(
    r"""(?P<package>[\w.-]+)(\[(?P<extras>[^]]*)\])?.*;.*extra\s*==\s*["'](?P<extra>[^"']+)["']"""
)


@click.command()
@json_option
def info(as_json: bool) -> None:
    """Show versions, backend, threads and installed extras."""
    chosen = backend.info()
    facts = {
        N_("multilayer"): multilayer.__version__,
        N_("backend"): chosen.backend,
        N_("level"): chosen.level,
        N_("levels"): chosen.levels,
        N_("threads"): chosen.threads,
        N_("reason"): chosen.reason,
        N_("numpy"): np.__version__,
        N_("python"): platform.python_version(),
        N_("platform"): platform.platform(),
    }
    missing = _missing_packages()
    if as_json:
        write_json(to_json(facts | {"extras": {extra: not packages for extra, packages in missing.items()}}))
        return
    for name, value in facts.items():
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        print_text(aligned(fill(name), _NAMES, left=True) + (translated(text) if name == "reason" else text))
    for extra, packages in missing.items():
        state = (
            fill("not installed ({packages})", packages=", ".join(packages))
            if packages
            else fill("installed")
        )
        print_text(f"{aligned(fill('extra'), _NAMES, left=True)}{extra}: {state}")


def _missing_packages() -> dict[str, list[str]]:
    """Return the packages that are missing of each extra of `all`, by the package's own metadata."""
    from importlib import metadata  # for this command only

    try:
        required = metadata.requires("multilayer") or []
    except metadata.PackageNotFoundError:  # run from sources that were never installed
        return {}
    wanted: dict[str, list[str]] = {}
    listed: list[str] = []
    for found in filter(None, map(_REQUIREMENT.match, required)):
        if found["extra"] == "all":  # it names the others: multilayer[plot,...]
            listed += (found["extras"] or "").split(",")
        else:
            wanted.setdefault(found["extra"], []).append(found["package"])
    return {
        extra: [package for package in wanted[extra] if not _is_installed(package)]
        for extra in map(str.strip, listed)
        if extra in wanted
    }


def _is_installed(package: str) -> bool:
    from importlib import metadata

    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True
