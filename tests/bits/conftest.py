"""The hashes are those of the native core on x86-64; elsewhere they are not collected."""

import platform

from multilayer import backend

_HASHED = backend.info().backend == "native" and platform.machine() == "x86_64"
collect_ignore_glob = [] if _HASHED else ["test_*.py"]
