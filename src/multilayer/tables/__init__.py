"""Samples in, results out."""

from multilayer.tables.results import Results, result_object, to_json, write_results
from multilayer.tables.samples import Samples, read_samples

__all__ = ["Results", "Samples", "read_samples", "result_object", "to_json", "write_results"]
