"""Zip archives from elsewhere: sizes are checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from multilayer._base.errors import InputError
from multilayer._base.text import quoted

__all__ = ["Archive", "is_too_large"]

_MOST_MEMBERS = 10_000
_LARGEST = 2**32
_RATIO = 1000
"""How many times its stored size a member may have: more is a bomb, as no weights are as alike."""
_SLACK = 2**16
"""Below this size any ratio will do."""


def is_too_large(size: int, stored: int, *, compressed: bool = True) -> bool:
    """Whether content takes far more bytes than are stored of it."""
    return size > max(_RATIO * stored if compressed else stored, _SLACK)


class Archive:
    """The members of a zip archive in memory.

    Raises
    ------
    InputError
        When it is not such an archive, or a member is encrypted, there twice, or far larger than what is stored.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.where = where
        with self._refusing():
            if not data.startswith(b"PK"):  # such as a file of another kind with an archive at its end
                raise zipfile.BadZipFile("it does not begin as one")
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS:
            raise InputError(
                "{where}: expected {most} members at most, found {found}",
                where=where,
                most=_MOST_MEMBERS,
                found=len(members),
            )
        self._members: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for member in members:
            total += member.file_size
            self._check(member, len(data))
            self._members[member.filename] = member
        if total > _LARGEST or is_too_large(total, len(data)):
            raise InputError(
                "{where}: its members take {total} bytes, out of a file of {data}; refused",
                where=where,
                total=total,
                data=len(data),
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in order."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Return the content of a member.

        Raises
        ------
        InputError
            When there is none, or its bytes are damaged.
        """
        if name not in self._members:
            raise InputError("{where}: the member {name} is missing", where=self.where, name=quoted(name))
        member = self._members[name]
        with self._refusing(), self._zip.open(member) as file:
            content = file.read(member.file_size + 1)
        if len(content) != member.file_size:
            raise InputError(
                "{where}: {name} is not of the {size} bytes that the archive says",
                where=self.where,
                name=quoted(name),
                size=member.file_size,
            )
        return content

    def _check(self, member: zipfile.ZipInfo, size: int) -> None:
        name = quoted(member.filename)
        if member.filename in self._members:
            raise InputError("{where}: the member {name} is there twice", where=self.where, name=name)
        if member.flag_bits & 1:
            raise InputError(
                "{where}: the member {name} is encrypted; expected a plain archive",
                where=self.where,
                name=name,
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                "{where}: the member {name} is packed by an unknown method; expected deflate",
                where=self.where,
                name=name,
            )
        if is_too_large(member.file_size, min(member.compress_size, size)):
            raise InputError(
                "{where}: the member {name} takes {file_size} bytes, packed in "
                "{compress_size}; refused, as it would fill the memory",
                where=self.where,
                name=name,
                file_size=member.file_size,
                compress_size=member.compress_size,
            )

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise InputError(
                "{where}: not a readable zip archive ({error})", where=self.where, error=error
            ) from None
        except (KeyError, IndexError, OverflowError, RuntimeError, UnicodeDecodeError) as error:
            raise InputError(
                "{where}: a damaged zip archive ({kind})", where=self.where, kind=type(error).__name__
            ) from None
