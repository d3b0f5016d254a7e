"""Independent references that the tests and the benchmarks measure against."""
