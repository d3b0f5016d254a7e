"""Which format a table is in, by its first bytes and the suffix of its name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["COMPRESSED", "format_by", "suffix_of"]

COMPRESSED = frozenset({".gz", ".bz2", ".zst", ".lz4"})

_MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"\xff\xff\xff\xff": "stream"}
_SUFFIXES = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}


def format_by(head: bytes, suffix: str) -> tuple[str, bool]:
    """Return "parquet", "arrow", "stream", "json" or "csv", and whether the first bytes may be such ones.

    The first bytes of Parquet and Arrow files decide, then the suffix, then a first sign {; all others are CSV.

    >>> format_by(b'{"a": 1}', ""), format_by(b"a,b", ".csv"), format_by(b"a,b", ".parquet")
    (('json', True), ('csv', True), ('parquet', False))
    """
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name, True
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix], _SUFFIXES[suffix] == "json"
    return "json" if head.lstrip()[:1] == b"{" else "csv", True


def suffix_of(path: Path) -> str:
    """Return the suffix in small letters, without that of a compression."""
    name = path.with_suffix("") if path.suffix.lower() in COMPRESSED else path
    return name.suffix.lower()
