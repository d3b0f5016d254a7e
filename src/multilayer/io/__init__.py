"""Files: networks to and from JSON and safetensors, samples from CSV, results to CSV and JSON."""

from multilayer._base.strict_json import to_json
from multilayer.io.csv_table import targets_in
from multilayer.io.networks import load, save
from multilayer.io.results import Meaning, meaning_of, result_json, result_object, to_csv, write_results
from multilayer.io.samples import Samples, read_samples, source, targets_of

__all__ = [
    "Meaning",
    "Samples",
    "load",
    "meaning_of",
    "read_samples",
    "result_json",
    "result_object",
    "save",
    "source",
    "targets_in",
    "targets_of",
    "to_csv",
    "to_json",
    "write_results",
]


def __dir__() -> list[str]:
    return sorted(__all__)
