"""Keep the catalogue of translations: what the code says, and what it says in other languages.

python -m tools.translations            updates src/multilayer/locale and the page's words from the sources
python -m tools.translations --check    says what is out of date, untranslated or doubtful, and changes nothing

New sentences come into the .po untranslated, and those that are gone leave it; write the translations there, then run
it again. Sentences come from the calls of `fill`, `translated` and `N_` in Python and of `t` in JavaScript, from the
help of the commands, and from tables whose texts are shown: checks of the diagnosis, things that have a name.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import polib

from multilayer._base.language import CATALOGUES, DOMAIN

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "multilayer"
STATIC = SOURCES / "web" / "static"
PAGE_WORDS = STATIC / "i18n"
_MARKS = ("fill", "translated", "N_", "InputError", "MissingExtraError", "TrainingWarning")
_SENTENCE = re.compile(r'\bt\(("(?:[^"\\]|\\.)*")')
_NOT_OURS = {"vendor"}

Plural = str | tuple[str, str]
"""A sentence, or, as click has them, a sentence for one and another for more."""
Found = dict[Plural, list[str]]
"""Sentences in order, and the files that hold them."""


def main(arguments: list[str]) -> int:
    """Update the catalogues, or check them; return an exit code."""
    sentences, page = gathered()
    faults = []
    for catalogue in sorted(CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        entries = updated(polib.pofile(str(catalogue)), sentences)
        words = PAGE_WORDS / f"{catalogue.parts[-3]}.json"
        made = {catalogue: _text(entries), catalogue.with_suffix(".mo"): entries.to_binary()}
        if STATIC.exists():
            made[words] = page_words(entries, page)
        if "--check" in arguments:
            old = [
                path for path, content in made.items() if not path.exists() or path.read_bytes() != content
            ]
            faults += [f"{path.relative_to(ROOT)} is out of date" for path in old]
            faults += list(unfinished(entries))
        else:
            for path, content in made.items():
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
            print(
                f"{catalogue.relative_to(ROOT)}: {len(entries)} sentences, {len(list(unfinished(entries)))} to do"
            )
    if faults:
        print(*faults, "run: python -m tools.translations", sep="\n")
    return 1 if faults else 0


def updated(old: polib.POFile, found: Found) -> polib.POFile:
    """Return the catalogue of what was found, with the translations of the old one."""
    known = {(entry.msgid, entry.msgid_plural): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.header, new.metadata = old.header, old.metadata
    for sentence, files in found.items():
        one, many = (sentence, "") if isinstance(sentence, str) else sentence
        entry = known.get((one, many)) or polib.POEntry(
            msgid=one, msgid_plural=many, msgstr_plural={0: ""} if many else {}
        )
        entry.occurrences, entry.comment = [(file, "") for file in dict.fromkeys(files)], ""
        new.append(entry)
    return new


def unfinished(entries: Iterable[polib.POEntry]) -> Iterator[str]:
    """Yield what is untranslated or doubtful."""
    for entry in entries:
        if not entry.translated():
            yield f"{'doubtful' if entry.fuzzy else 'untranslated'}: {entry.msgid!r}"


def page_words(entries: Iterable[polib.POEntry], page: Found) -> bytes:
    """Return the words of the page, as JSON, in order."""
    words = {entry.msgid: entry.msgstr for entry in entries if entry.msgid in page and entry.translated()}
    return (json.dumps(dict(sorted(words.items())), ensure_ascii=False, indent=0) + "\n").encode()


def _text(entries: polib.POFile) -> bytes:
    return f"{entries}".rstrip("\n").encode() + b"\n"


def gathered() -> tuple[Found, Found]:
    """Return all sentences, and those of the page alone."""
    found: Found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        _gather(found, path, python_sentences(path.read_text(encoding="utf-8")))
    for file, sentences in tables():
        for sentence in sentences:
            found.setdefault(sentence, []).append(file)
    page: Found = {}
    for path in sorted(STATIC.rglob("*.js")):
        if not _NOT_OURS.intersection(path.relative_to(STATIC).parts):
            _gather(page, path, javascript_sentences(path))
    for sentence, files in page.items():
        found.setdefault(sentence, []).extend(files)
    return found, page


def _gather(found: Found, path: Path, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        found.setdefault(sentence, []).append(path.relative_to(ROOT).as_posix())


def javascript_sentences(path: Path) -> list[str]:
    """Return what `t` is given: a literal in double quotes, which is our own rule for the page.

    A lexer loses its way in nested template strings, and then says nothing of the rest of a file.
    """
    return [json.loads(found) for found in _SENTENCE.findall(path.read_text(encoding="utf-8"))]


def python_sentences(source: str) -> Iterator[str]:
    """Yield the literal templates of calls, in order; of `one if ... else other` both, which Babel takes for one."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Name(id=name), args=[template, *_]) if name in _MARKS:
                yield from _literals(template)
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=name), templates]) if name in _MARKS:
                yield from _literals(templates)


def _literals(template: ast.expr) -> Iterator[str]:
    match template:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _literals(one)
            yield from _literals(other)
        case ast.Tuple(elts=templates):
            for each in templates:
                yield from _literals(each)


def tables() -> Iterator[tuple[str, Iterable[Plural]]]:
    """Yield the texts that stand in tables, and where."""
    from multilayer.activations.table import registry as activations
    from multilayer.cli.app import app
    from multilayer.diagnosis.checks import CHECKS
    from multilayer.diagnosis.reference import paragraphs
    from multilayer.diagnosis.text import spoken
    from multilayer.initializers import registry as initializers
    from multilayer.losses.table import registry as losses
    from multilayer.optimizers.schedules import registry as schedules
    from multilayer.optimizers.table import registry as optimizers
    from multilayer.training.metrics import registry as metrics
    from tools.click_words import PLURALS, WORDS

    yield "tools/click_words.py", (*WORDS, *PLURALS)
    for registry in (activations, initializers, losses, metrics, optimizers, schedules):
        yield f"src/{registry.where.replace('.', '/')}", (registry.kind, *registry.refused.values())
    from multilayer.web.views.activations import traps

    kinds = {type(entry.value) for entry in activations.entries}
    yield "src/multilayer/activations", sorted(filter(None, map(traps, kinds)))
    # What other registries hold is formulas.
    yield "src/multilayer/training/metrics.py", [entry.meaning for entry in metrics.entries]
    for command in (app, *app.commands.values()):
        yield "src/multilayer/cli", dict.fromkeys(_help(command))
    for check in CHECKS:
        where = f"src/multilayer/diagnosis/checks/{check.name}.py"
        yield where, (spoken(check.name), check.question, *paragraphs(check))


def _help(command: click.Command) -> Iterator[str]:
    for text in (command.help, command.epilog):
        if text:
            yield inspect.cleandoc(text)
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            yield option.help


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
