"""A sentence that a user sees is one whole template, so that it can be translated.

The rule, checked by the syntax tree of the modules in `CLEAN`. A word is two letters or more. *Prose* is two words
in a row in the literal text of a string, with only a space, a comma or a place between them; markup tags do not count.

- An f-string with prose is refused: `fill("... {name} ...", name=value)` writes it. So are `%` and `.format`.
- `+` and `join` are refused where a part is prose or a word beside a space: that joins clauses.
- The template of `fill` is a literal or a name of one, never computed. A literal template names exactly the
  places that it is given. A place takes a value: words that are written out belong into the template.

- The message of an `InputError` is a template as that of `fill`, with its places behind it. An f-string may only join
  what is translated already, as in f"{where}: {reason}".

By construction no sentences: docstrings, the text that `__repr__` returns, and the f-string of an exception that is no
user's mistake.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import multilayer

SOURCES = Path(multilayer.__file__).parent
NOT_OURS = {"estimators", "source", "update.py"}
"""Words of scikit-learn; programs; and cells, whose names the page shows as they are."""

MISTAKES = ("InputError", "TrainingWarning")
"""What a user reads: errors to mend, and warnings."""
FILLED = ("fill", "InputError")
"""What takes a template and its places."""

WORD = r"[^\W\d_]{2,}"
PLACE = "\0"
PROSE = re.compile(rf"(?<![\w.=/-]){WORD},? (?:{PLACE},? )*{WORD}(?![\w=(/-])")
CLAUSE = re.compile(rf"(?:\s{WORD}|{WORD},?\s)")


def literal(node: ast.expr) -> str | None:
    """Return the text of a string that is written out, each place of an f-string one character; else None."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(literal(value) or PLACE for value in values)
    return None


def prose(node: ast.expr) -> bool:
    """Whether a string that is written out holds two words in a row."""
    text = literal(node)
    return text is not None and PROSE.search(re.sub(r"<[^<>]*>", "<>", text)) is not None


def clause(node: ast.expr) -> bool:
    """Whether what is joined is a piece of a sentence."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return clause(one) or clause(other)
    text = literal(node)
    return text is not None and (prose(node) or CLAUSE.search(re.sub(r"<[^<>]*>", "<>", text)) is not None)


def pieces(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of a sum, or of what `join` is given."""
    match node:
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from pieces(left)
            yield from pieces(right)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from pieces(part.value if isinstance(part, ast.Starred) else part)
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            yield part
        case _:
            yield node


def constant(node: ast.expr) -> bool:
    """Whether a template is written out, or is the name of one that is: nothing that is computed."""
    match node:
        case ast.Constant(value=str()) | ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.Call(func=ast.Attribute(attr="get", value=table)):
            return constant(table)
        case ast.IfExp(body=one, orelse=other):
            return constant(one) and constant(other)
    return False


def places(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def faults_of_fill(call: ast.Call, name: str = "fill") -> Iterator[str]:
    """What is wrong with a call of `fill`, or of what fills a template as it does."""
    template = call.args[0]
    given = {keyword.arg for keyword in call.keywords}
    if isinstance(template, ast.Constant) and None not in given and places(template.value) != given:
        yield f"{name} is given {sorted(given)}, the template has {sorted(places(template.value))}"
    for keyword in call.keywords:
        values = [keyword.value]
        if isinstance(keyword.value, ast.IfExp):
            values = [keyword.value.body, keyword.value.orelse]
        if any(re.search(WORD, literal(value) or "") for value in values):
            yield f"the place {keyword.arg} takes a literal: its words belong into the template"


def exempt(tree: ast.Module) -> set[ast.AST]:
    """What is no sentence by construction, and sums within a sum."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name="__repr__"):
                found.update(ast.walk(node))
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=arguments)) if name not in MISTAKES:
                found.update(argument for argument in arguments if isinstance(argument, ast.JoinedStr))
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                found.update(inner for inner in (left, right) if isinstance(inner, ast.BinOp))
    return found


def faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and reason of each sentence that is not one template."""
    exempted = exempt(tree)
    for node in ast.walk(tree):
        for fault in () if node in exempted else faults_of(node):
            yield node.lineno, fault


def faults_of(node: ast.AST) -> Iterator[str]:
    """What is wrong with one node."""
    match node:
        case ast.JoinedStr() if prose(node):
            yield "an f-string with prose"
        case ast.BinOp(op=ast.Mod(), left=ast.Constant() as left) if clause(left):
            yield "% on a sentence"
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant() as text)) if clause(text):
            yield "format of a sentence"
        case ast.BinOp(op=ast.Add()) if any(map(clause, pieces(node))):
            yield "a sum of clauses"
        case ast.Call(func=ast.Attribute(attr="join", value=between), args=[parts]):
            if clause(between) or any(map(prose, pieces(parts))):
                yield "a join of clauses"
        case ast.Call(func=ast.Name(id=name), args=[ast.JoinedStr() as message, *_]) if name in MISTAKES:
            if re.search(WORD, literal(message) or ""):
                yield f"words in the f-string of {name}"
        case ast.Call(func=ast.Name(id=name), args=[template, *_], keywords=given) if name in FILLED:
            if (given or name == "fill") and not constant(template):
                yield f"the template of {name} is computed"
            yield from faults_of_fill(node, name)


def faults_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [f"{path.relative_to(SOURCES)}:{line}: {fault}" for line, fault in sorted(faults(tree))]


def modules() -> list[Path]:
    return [path for path in sorted(SOURCES.rglob("*.py")) if NOT_OURS.isdisjoint(path.parts)]


@pytest.mark.parametrize("room", sorted({path.relative_to(SOURCES).parts[0] for path in modules()}))
def test_sentences_are_whole_templates(room):
    paths = [path for path in modules() if path.relative_to(SOURCES).parts[0] == room]
    found = [fault for path in paths for fault in faults_in(path)]
    assert not found, "\n".join(found)


def test_fill_is_given_what_its_template_names():
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FILLED:
                found += [
                    f"{path.relative_to(SOURCES)}:{node.lineno}: {fault}"
                    for fault in faults_of_fill(node, node.func.id)
                ]
    assert not found, "\n".join(found)


REFUSED = [
    'f"layer {n}: {m} units are dead"',
    'f"{n} of its {m}"',
    '"layer %d of a network" % n',
    '"layer {} of a network".format(n)',
    '"the loss " + verb',
    'text + (", and more" if more else "")',
    'text + f"{n} units"',
    '" and ".join(names)',
    '"; ".join([f"layer {n} is dead" for n in layers])',
    'fill("layer " + name)',
    "fill(template(kind), layer=2)",
    'fill("layer {layer}", unit=2)',
    'fill("{layer} is {state}", layer=2, state="dead" if dead else "alive")',
]
ALLOWED = [
    '"a whole sentence that has no places"',
    'f"layer {n}"',
    'f"{n}/{m}"',
    'f"<p class=note>{text}</p>"',
    'f"{path}.html"',
    '", ".join(names)',
    '" ".join(sentences)',
    '"\\n".join(lines)',
    'fill("layer {layer}: {share:.0%} of the units are dead", layer=2, share=0.25)',
    "fill(_PLATEAU, epochs=3)",
    'fill(_REASONS["plateau"], epochs=3)',
    'fill("one epoch" if n == 1 else "{n} epochs", n=n)',
    'stem + ".png"',
    'def __repr__(self): return f"the layer {self.n} of a network"',
]


@pytest.mark.parametrize("code", REFUSED)
def test_joined_clauses_are_refused(code):
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize("code", ALLOWED)
def test_whole_templates_and_labels_are_allowed(code):
    assert not list(faults(ast.parse(code)))


def test_a_users_mistake_is_a_template():
    assert list(faults(ast.parse('raise InputError(f"{name} has no layer {n}")')))
    assert list(faults(ast.parse('raise InputError(f"unknown: {name}")')))
    assert list(faults(ast.parse('raise InputError("no layer " + name)')))
    assert list(faults(ast.parse('raise InputError("layer {layer}", unit=2)')))
    assert list(faults(ast.parse("raise InputError(template(kind), layer=2)")))
    assert not list(faults(ast.parse('raise InputError("{name} has no layer {n}", name=name, n=n)')))
    assert not list(faults(ast.parse("raise InputError(reason)")))
    assert not list(faults(ast.parse('raise InputError(f"{where}: {reason}")')))
    assert not list(faults(ast.parse('raise InputError("X has no samples")')))
    assert not list(faults(ast.parse('raise TypeError(f"{name} has no layer {n}")')))
