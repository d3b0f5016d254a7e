"""The files of the page: what is vendored is what was vendored, with its licences; sizes; no code out of text."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
from graphlib import TopologicalSorter

import pytest

from multilayer.web.app import STATIC
from multilayer.web.contents import contents

VENDOR = STATIC / "vendor"
VERSIONS = json.loads((VENDOR / "versions.json").read_text())
OWN = sorted(
    path
    for path in STATIC.rglob("*")
    if path.suffix in {".js", ".css", ".html", ".svg"} and VENDOR not in path.parents
)
SCRIPTS = [path for path in OWN if path.suffix == ".js"]
KILOBYTE = 1000

_MOST_OWN = 183 * KILOBYTE
"""What there is; it may only shrink. The budget is 150 kB (docs/decisions/0018)."""
WIDGET = ("widget.js", "parts/notebook.js")
_MOST_WIDGET = 4 * KILOBYTE
"""What a notebook needs beside the page."""
_CODE_OF_TEXT = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    r"document\.write",
    r"\beval\(",
    "new Function",
    r"\bstyle=\"",
)

LICENCES = {
    "preact": "LICENSE.preact",
    "@preact/signals": "LICENSE.signals",
    "@preact/signals-core": "LICENSE.signals",
    "htm": "LICENSE.htm",
    "uplot": "LICENSE.uplot",
}


@pytest.mark.parametrize("name", VERSIONS)
def test_a_vendored_file_is_the_one_that_was_made(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == VERSIONS[name]["sha256"]


def test_every_vendored_file_is_listed_and_has_its_licence():
    licences = {LICENCES[package] for entry in VERSIONS.values() for package in entry["packages"]}
    assert {path.name for path in VENDOR.iterdir()} == {*VERSIONS, *licences, "versions.json"}
    for name in licences:
        assert re.search("MIT|Apache License", (VENDOR / name).read_text())


def test_vendored_code_is_small():
    packed = sum(len(gzip.compress((VENDOR / name).read_bytes(), 9)) for name in VERSIONS)
    assert packed <= 40 * KILOBYTE


def test_own_code_is_small():
    sizes = {path.relative_to(STATIC).as_posix(): path.stat().st_size for path in OWN}
    assert sum(sizes.pop(name) for name in WIDGET) <= _MOST_WIDGET
    assert sum(sizes.values()) <= _MOST_OWN, sizes


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_a_script_makes_no_code_out_of_text_and_asks_nobody_else(path):
    text = path.read_text()
    assert not re.search("|".join(_CODE_OF_TEXT), text)
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.browser
def test_every_script_parses():
    from playwright._impl._driver import compute_driver_executable

    node = str(compute_driver_executable()[0])
    for path in SCRIPTS:
        command = [node, "--input-type=module", "--check"]
        found = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=False)
        assert found.returncode == 0, f"{path}: {found.stderr.decode()}"


def test_every_module_that_is_imported_is_there():
    for path in SCRIPTS:
        for name in re.findall(r"(?:from|import)\s*\(?\s*\"(\.[^\"]+)\"", path.read_text()):
            assert (path.parent / name).is_file(), f"{path} imports {name}"


def test_every_view_has_its_words_and_its_module():
    modules = re.findall(
        r"^  (\w+): \(\) => import", (STATIC / "views" / "index.js").read_text(), re.MULTILINE
    )
    assert modules == [view.id for view in contents()]


def test_no_module_imports_itself_by_a_detour():
    """The widget of a notebook links modules one after the other, so that none can come before itself."""
    graph = {
        path: [
            (path.parent / name).resolve()
            for name in re.findall(r"(?:from|import)\s*\(?\s*\"(\.[^\"]+)\"", path.read_text())
        ]
        for path in SCRIPTS
    }
    TopologicalSorter(graph).prepare()


def test_the_page_links_every_style_sheet():
    page = (STATIC / "index.html").read_text()
    linked = {STATIC / name for name in re.findall(r'href="/static/([^"]+\.css)"', page)}
    assert linked == set(STATIC.rglob("*.css"))
    assert "<style" not in page
    assert " style=" not in page
