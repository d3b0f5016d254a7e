"""Print in how many files each training option is named: at most 8, so that a new option is added in few places.

    python tools/options.py [OPTION ...]

prints the count of every option, and the files of the options given and of those that are named in too many.

A training option is a keyword of `multilayer.train`. A Python file names it where it is a parameter, a field, the
keyword of a call, an attribute that is not called, or a string that holds nothing else; a C++ file where it stands
as an identifier or such a string. Not counted are comments, docstrings, longer strings, variables and functions of
the same name, and the keywords of calls of `fit`, `train`, `TrainConfig` and the estimators, which use the option.
The files are those of src, native (without its tests), benchmarks and examples.

Some options have the name of a thing that is more than an option: a loss is also what `diagnose` takes, a history
holds and a picture shows; a cluster also predicts; a norm of rows is called l2; a bag has a checkpoint, too. They are
listed in `THINGS`: counted, and not bounded.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import multilayer

ROOT = Path(__file__).parents[1]
ROOMS = ("src", "native", "benchmarks", "examples")
MOST = 8
THINGS = ("loss", "optimizer", "epochs", "metrics", "validation", "rng", "cluster", "l2", "checkpoint")
CALLERS = ("fit", "train", "TrainConfig", "MLPClassifier", "MLPRegressor")


def options() -> list[str]:
    """Return the keywords of `multilayer.train`, but `config`, which holds them."""
    parameters = inspect.signature(multilayer.train).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "config"]


def names(path: Path) -> set[str]:
    """Return what a source file names, by the rule above."""
    text = path.read_text(encoding="utf-8")
    return set(python_names(ast.parse(text)) if path.suffix in (".py", ".pyi") else cpp_names(text))


def python_names(tree: ast.Module) -> Iterator[str]:
    """Parameters, fields, keywords, attributes and strings."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            skipped.add(node.func)
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLERS:
                skipped.update(node.keywords)
        if node in skipped:
            continue
        match node:
            case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str(name)):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def cpp_names(text: str) -> Iterator[str]:
    """Identifiers and strings."""
    for string, word in re.findall(r'//[^\n]*|/\*(?s:.*?)\*/|"((?:\\.|[^"\\])*)"|([A-Za-z_]\w*)', text):
        yield string or word


def sources() -> Iterator[Path]:
    """Yield the files that are read."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if (
                path.suffix in {".py", ".pyi", ".cpp", ".hpp"}
                and ROOT / "native" / "tests" not in path.parents
            ):
                yield path


def main(asked: list[str]) -> int:
    """Print the counts; return 1 where one is too high."""
    named = {path.relative_to(ROOT): names(path) for path in sources()}
    too_many = False
    for option in options():
        files = [str(path) for path, found in named.items() if option in found]
        bounded = option not in THINGS
        excess = bounded and len(files) > MOST
        too_many |= excess
        print(f"{len(files):4} {option}" + ("" if bounded else "  (also a thing of its own)"))
        if excess or option in asked:
            print(*(f"       {file}" for file in files), sep="\n")
    if too_many:
        print(f"more than {MOST} files name an option")
    return int(too_many)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
