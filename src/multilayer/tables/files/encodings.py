"""The encoding of a text file, found out from its first bytes."""

from __future__ import annotations

import codecs
from contextlib import suppress

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.files.sources import Source

__all__ = ["encoding_of", "text_of", "undecodable"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(source: Source) -> tuple[str, list[str]]:
    """Return the encoding of a text by its first bytes, and notes: rule 1 of `dialect`."""
    head = source.head
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, [] if encoding == "utf-8" else [_note(encoding)]
    pairs = len(head) // 2
    for encoding, nul in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if pairs and nul.count(0) > 0.4 * pairs and head.count(0) < 1.2 * nul.count(0):
            return encoding, [_note(encoding)]
    with suppress(UnicodeDecodeError):
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
        return "utf-8", []
    return "cp1252", [_note("cp1252 (Windows, Latin-1)")]


def _note(encoding: str) -> str:
    return fill("the text is read in the encoding {encoding}", encoding=encoding)


def undecodable(where: str, line: int, encoding: str, error: UnicodeError) -> InputError:
    """Return the error for bytes, from a line on, that are not text in an encoding."""
    if not isinstance(error, UnicodeDecodeError):
        template = N_(
            "{where}: expected text in {encoding}, found other bytes; save it as UTF-8, or set the encoding that it "
            "has, as latin-1"
        )
        return InputError(template, where=where, encoding=quoted(encoding))
    return InputError(
        "{where}, line {line}: expected text in {encoding}, found the byte 0x{byte:02x}; save it as UTF-8, or set "
        "the encoding that it has, as latin-1",
        where=where,
        line=line + error.object.count(b"\n", 0, error.start),
        encoding=encoding,
        byte=error.object[error.start],
    )


def text_of(source: Source, encoding: str) -> str:
    """Return the first lines as text.

    Raises
    ------
    InputError
        Where bytes are no text in this encoding, or a NUL byte is among them.
    """
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(source.head)
    except UnicodeError as error:
        raise undecodable(source.where, 1, encoding, error) from None
    text = text.removeprefix("\ufeff")
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise InputError(
            "{where}, line {line}: expected text, found a NUL byte; remove it, or save the table as CSV again",
            where=source.where,
            line=line,
        )
    if not source.whole and "\n" in text:  # the last line may be cut
        text = text[: text.rindex("\n") + 1]
    return text
