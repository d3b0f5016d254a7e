"""Samples in, results out."""

from multilayer.tables.classes import Meaning, meaning_of
from multilayer.tables.results import result_object, to_csv, to_json, write_results
from multilayer.tables.samples import Samples, read_samples, source
from multilayer.tables.targets import targets_in

__all__ = [
    "Meaning",
    "Samples",
    "meaning_of",
    "read_samples",
    "result_object",
    "source",
    "targets_in",
    "to_csv",
    "to_json",
    "write_results",
]


def __dir__() -> list[str]:
    return sorted(__all__)
