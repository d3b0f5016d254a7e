"""The hashes are those of x86-64; elsewhere they are not collected."""

import platform

collect_ignore_glob = [] if platform.machine() == "x86_64" else ["test_*.py"]
