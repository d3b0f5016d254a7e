"""A new network for rows, and rows for a network, where one of both was not given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.network.labels import Label
from multilayer.web.session import Rows

__all__ = ["network_for", "rows_for"]

_HIDDEN = 8
_MOST_ROWS = 8


def network_for(rows: Rows, hidden: int = _HIDDEN, seed: int = 0) -> tuple[MLP, str]:
    """Return a new network that can learn these rows, and a note: what its outputs are, and by which rule.

    Whether the targets are classes is decided by `multilayer.tables.target`. Two classes have one output with the
    sigmoid, more have a softmax, and a quantity has an output as it is; hidden units have tanh.
    """
    inputs = rows.X.shape[1]
    classes: tuple[Label, ...] | None = None
    outputs, activation, reason = 1, "identity", ""
    if rows.y is not None and rows.y.ndim > 1:
        outputs = rows.y.shape[1]
    elif rows.y is not None:
        classes, reason = _classes_of(rows.y, rows.target or "y")
        if classes is not None:
            outputs, activation = (1, "sigmoid") if len(classes) == 2 else (len(classes), "softmax")
    net = initialize(
        (inputs, hidden, outputs),
        "tanh",
        activation,
        dtype=float,
        classes=classes,
        inputs=rows.names,
        rng=seed,
    )
    made = fill("no network was given: {network} is new", network=net)
    return net, fill("{made}; {reason}", made=made, reason=reason) if reason else made


def rows_for(net: MLP) -> Rows:
    """Return rows to look at a network with: zeros, and each of the first inputs alone at 1."""
    inputs = net.widths[0]
    X = np.eye(min(inputs, _MOST_ROWS - 1) + 1, inputs + 1)[:, 1:]
    return Rows(X, about=fill("no rows were given: zeros, and one input at a time at 1"))


def _classes_of(y: NDArray[Any], name: str) -> tuple[tuple[Label, ...] | None, str]:
    """Return the classes that the targets are, None for a quantity, and why."""
    from multilayer.tables.columns import Column  # here: a network that was given does not need the rule
    from multilayer.tables.target import Target, task_of

    if y.dtype.kind in "fiu":
        column = Column(name, "number", y.astype(np.float64))
    else:
        texts = [str(label).lower() if isinstance(label, bool) else str(label) for label in y.tolist()]
        categories, codes = np.unique(texts, return_inverse=True)
        column = Column(name, "category", codes.astype(np.int32), tuple(map(str, categories)))
    task, reason = task_of(column)
    return (Target.of(column).classes if task == "classification" else None), reason
