"""The source of a PyTorch module, and its state_dict in safetensors."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from multilayer._base.errors import located
from multilayer.activations import Identity, PReLU
from multilayer.exchange.imported import Target
from multilayer.exchange.torch.activations import code_of
from multilayer.io.network_document import outline_of
from multilayer.network import MLP

__all__ = ["write"]

_HEAD = '''"""A network of {shape} units, as a module of PyTorch.

    from {stem} import network
    y = network()(x)  # x: samples as rows

Its weights are in {stem}.safetensors beside this file.
{origin}"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

CLASSES = {classes}
INPUTS = {inputs}
'''

_CLASS = '''

class {name}(nn.Module):
    """The activation {activation}."""

    def forward(self, a):
        return {formula}
'''

_NETWORK = '''

def network():
    """Return the network with its weights, in evaluation mode."""
    model = nn.Sequential(
{modules}
    )
    model.load_state_dict(load_file(Path(__file__).with_suffix(".safetensors")))
    return model.eval()
'''


def write(network: MLP, target: Target) -> dict[str, bytes]:
    """Return the source, and the weights by the names of the modules."""
    target.check_module()
    outline_of(network)  # refuses weights that are not finite
    modules: list[str] = []
    classes: dict[str, str] = {}
    tensors: dict[str, NDArray[Any]] = {}
    kind = f"torch.{network.dtype.name}"
    for number, layer in enumerate(network.layers, 1):
        tensors[f"{len(modules)}.weight"] = np.ascontiguousarray(layer.W.T)
        tensors[f"{len(modules)}.bias"] = layer.b
        modules.append(f"nn.Linear({layer.inputs}, {layer.units}, dtype={kind})")
        activation = layer.activation
        if isinstance(activation, PReLU):
            slopes = np.atleast_1d(np.asarray(activation.slope, network.dtype))
            tensors[f"{len(modules)}.weight"] = slopes
            modules.append(f"nn.PReLU({slopes.size}, dtype={kind})")
        elif not isinstance(activation, Identity):
            with located(f"layer {number}"):
                built, formula = code_of(activation)
            if formula:
                name = f"{type(activation).__name__}{number}"
                classes[name] = _CLASS.format(name=name, activation=repr(activation), formula=formula)
                built = f"{name}()"
            modules.append(built)
    head = _HEAD.format(
        shape="-".join(map(str, network.widths)),
        stem=target.stem,
        origin=target.docstring,
        classes=repr(network.classes),
        inputs=repr(network.input_names),
    )
    body = _NETWORK.format(modules="\n".join(f"        {module}," for module in modules))
    source = "".join([head, *classes.values(), body])
    metadata = {"origin": json.dumps(target.origin)} if target.origin else None
    return {
        ".safetensors": save_tensors(tensors, metadata),
        ".py": source.encode("utf-8", "backslashreplace"),
    }
