"""Samples in, results out."""

from multilayer.tables.results import result_object, to_csv, to_json, write_results
from multilayer.tables.samples import Samples, read_samples

__all__ = ["Samples", "read_samples", "result_object", "to_csv", "to_json", "write_results"]
