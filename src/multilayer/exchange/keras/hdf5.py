"""Arrays in an HDF5 file: the only importer of h5py. No link and no piece of a dataset leads out of the file.

libhdf5 parses the file in this process, and a file that was made to break it may end the process. So little is asked of
it: links are seen before they are followed; kind, shape, filters and sizes of a dataset before its data are read; the
value of no attribute is.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, MissingExtraError, located
from multilayer._base.text import one_line, quoted
from multilayer.exchange.archives import is_too_large

__all__ = ["Groups", "opened", "written"]

Array = NDArray[Any]

_MOST_ENTRIES = 10_000
_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
"""By their numbers in HDF5. All others may be code that is loaded from a folder of plugins."""
_DEFLATE = 1


def _h5py() -> Any:
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("reading and writing files of Keras", "h5py", "keras") from error
    return h5py


class Groups:
    """The groups of an HDF5 file, entered by name one after another."""

    def __init__(self, group: Any, where: str, room: int) -> None:
        self._group = group
        self.where = where
        self._room = room
        """The bytes of the file: no dataset has more, unless it is compressed."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the group, in the order of the file."""
        if len(self._group) > _MOST_ENTRIES:
            raise InputError(
                "{where}: it has {group} entries; expected {most_entries} at most",
                where=self.where,
                group=len(self._group),
                most_entries=_MOST_ENTRIES,
            )
        return tuple(self._group)

    def has_attribute(self, name: str) -> bool:
        """Whether there is an attribute; its value is not read, as a damaged one can end the process in libhdf5."""
        return name in self._group.attrs

    def enter(self, name: str) -> Groups | None:
        """Return a group in this one; None where there is none.

        Raises
        ------
        InputError
            For a link of another kind than that of a group to its own.
        """
        found = self._entry(name)
        if found is None:
            return None
        if not isinstance(found, _h5py().Group):
            raise InputError("{where}: {name} is no group", where=self.where, name=quoted(name))
        return Groups(found, f"{self.where}/{one_line(name, 40)}", self._room)

    def array(self, name: str, shape: tuple[int | None, ...]) -> Array | None:
        """Return the numbers of a dataset of this shape, None where there is none; checked before memory is taken."""
        found = self._entry(name)
        if found is None:
            return None
        with located(f"{self.where}/{name}"):
            if not isinstance(found, _h5py().Dataset):
                raise InputError("expected numbers, found a group")
            _check(found, shape, self._room)
            return np.asarray(found[()])

    def _entry(self, name: str) -> Any:
        h5py = _h5py()
        link = self._group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise InputError(
                "{where}: {name} is a link to another place; expected all numbers in the file itself",
                where=self.where,
                name=quoted(name),
            )
        return self._group.get(name)


def _check(dataset: Any, shape: tuple[int | None, ...], room: int) -> None:
    found = dataset.shape
    if (
        found is None
        or len(found) != len(shape)
        or any(size is not None and size != own for size, own in zip(shape, found, strict=True))
    ):
        expected = tuple("any" if size is None else size for size in shape)
        raise InputError(
            "expected the shape {expected}, found {found}", expected=expected, found=one_line(str(found), 60)
        )
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize not in (2, 4, 8):
        raise InputError("expected float32 or float64, found {dtype}", dtype=one_line(str(dataset.dtype), 40))
    if dataset.is_virtual or dataset.external:
        raise InputError("its numbers are in other files; expected them in the file itself")
    filters = _filters(dataset)
    size = math.prod(found) * dataset.dtype.itemsize
    # A chunk is unpacked whole, also where it reaches beyond the shape.
    chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
    stored = min(dataset.id.get_storage_size(), room)
    largest = max(size, chunk)
    if is_too_large(largest, stored, compressed=_DEFLATE in filters):
        raise InputError(
            "it takes {size} bytes, packed in {stored}; refused, as it would fill the memory",
            size=largest,
            stored=stored,
        )


def _filters(dataset: Any) -> list[int]:
    """Return the filters that its data go through, by their numbers.

    Raises
    ------
    InputError
        For one that is not among those that Keras writes.
    """
    plan = dataset.id.get_create_plist()
    found = [int(plan.get_filter(place)[0]) for place in range(plan.get_nfilters())]
    unknown = next((one for one in found if one not in _FILTERS), None)
    if unknown is not None:
        raise InputError(
            "its data go through the filter {filter} of HDF5; expected one of {known}, or none",
            filter=unknown,
            known=", ".join(_FILTERS.values()),
        )
    return found


@contextmanager
def opened(data: bytes, where: str) -> Iterator[Groups]:
    """Open the bytes of a file.

    Raises
    ------
    InputError
        When they are no HDF5 file, or a damaged one.
    """
    h5py = _h5py()
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            yield Groups(file, where, len(data))
    except (InputError, MissingExtraError):
        raise
    except Exception as error:  # noqa: BLE001  (a damaged file can fail anywhere in h5py)
        raise InputError(
            "{where}: not a readable HDF5 file ({error})", where=where, error=one_line(str(error), 80)
        ) from None


def written(groups: Mapping[str, tuple[Mapping[str, str], Mapping[str, Array]]]) -> bytes:
    """Return a file of groups by path: their attributes, and their arrays by name."""
    file = io.BytesIO()
    with _h5py().File(file, "w") as root:
        for path, (attributes, arrays) in groups.items():
            group = root.require_group(path)
            for name, text in attributes.items():
                group.attrs[name] = text
            for name, array in arrays.items():
                group.create_dataset(name, data=array, track_times=False)
    return file.getvalue()
