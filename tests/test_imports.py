"""No module imports another one that imports it, at the top or in a function; imports for types alone are exempt."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import multilayer

ROOT = Path(multilayer.__file__).parent


def modules():
    """Every module of the package by its name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def statements(node):
    """The nodes beneath one, except those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from statements(child)


def imported(path, known):
    """The modules of the package that a file imports, wherever the statement stands."""
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in known else node.module


def test_imports_have_no_circle():
    known = modules()
    assert len(known) > 100
    graph = {name: set(imported(path, known)) for name, path in known.items()}
    assert graph["multilayer.network.mlp"] >= {"multilayer.network.dense", "multilayer.network.trace"}
    TopologicalSorter(graph).prepare()  # a CycleError names the modules of a circle
