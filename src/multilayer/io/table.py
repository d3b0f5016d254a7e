"""The table of network file formats: one line a format."""
# ruff: noqa: F401  (whatever stands here is found by its type)

from multilayer.io.network_json import network_json
from multilayer.io.safetensors import safetensors
