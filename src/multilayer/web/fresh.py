"""A new network for rows, and rows for a network, where one of both was not given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.network.labels import Label
from multilayer.web.session import Rows

__all__ = ["classes_of", "network_for", "rows_for"]

_HIDDEN = 8
_MOST_ROWS = 8


def network_for(rows: Rows, hidden: int = _HIDDEN, seed: int = 0) -> tuple[MLP, str]:
    """Return a new network that can learn these rows, and a note: what its outputs are, and by which rule.

    Whether the targets are classes is decided by `multilayer.tables.target`. Two classes have one output with the
    sigmoid, more have a softmax, and a quantity has an output as it is; hidden units have tanh.
    """
    inputs, name = rows.X.shape[1], rows.target or "y"
    classes: tuple[Label, ...] | None = None
    outputs, activation = 1, "identity"
    template = N_("{network} is new; rows without a target leave it one output")
    if rows.y is not None and rows.y.ndim > 1:
        outputs, template = rows.y.shape[1], N_("{network} is new, with an output for each target")
    elif rows.y is not None:
        classes = classes_of(rows.y, name)
        template = N_("{network} is new; {target} is read as a quantity")
    if classes is not None:
        outputs, activation = (1, "sigmoid") if len(classes) == 2 else (len(classes), "softmax")
        template = N_("{network} is new; {target} is read as {count} classes")
    net = initialize(
        (inputs, hidden, outputs),
        "tanh",
        activation,
        dtype=float,
        classes=classes,
        inputs=rows.names,
        rng=seed,
    )
    return net, fill(template, network=net, target=quoted(name), count=len(classes or ()))


def rows_for(net: MLP) -> Rows:
    """Return rows to look at a network with: zeros, and each of the first inputs alone at 1."""
    inputs = net.widths[0]
    X = np.eye(min(inputs, _MOST_ROWS - 1) + 1, inputs + 1)[:, 1:]
    return Rows(X, about=fill("no rows were given: zeros, and one input at a time at 1"))


def classes_of(y: NDArray[Any], name: str) -> tuple[Label, ...] | None:
    """Return the classes that targets are, by the rule of tables, or None for a quantity."""
    from multilayer.tables.columns import Column  # here: a network that was given does not need the rule
    from multilayer.tables.target import Target, task_of

    if y.dtype.kind in "fiu":
        column = Column(name, "number", y.astype(np.float64))
    else:
        texts = [str(label).lower() if isinstance(label, bool) else str(label) for label in y.tolist()]
        categories, codes = np.unique(texts, return_inverse=True)
        column = Column(name, "category", codes.astype(np.int32), tuple(map(str, categories)))
    return Target.of(column).classes if task_of(column)[0] == "classification" else None
