"""What only the native core promises is not collected where the NumPy twin is at work."""

from multilayer import backend

collect_ignore_glob = [] if backend.info().backend == "native" else ["test_native_*.py"]
