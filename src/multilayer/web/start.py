"""`multilayer.studio`: the studio, from Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer._base.arrays import plain_array
from multilayer._base.data_frames import is_frame, numbers
from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.language import checked_language
from multilayer._base.text import fill, near_matches, quoted
from multilayer.interop import from_model
from multilayer.network import MLP
from multilayer.web.fresh import network_for, rows_for
from multilayer.web.presets import PRESETS
from multilayer.web.server import Studio, run, serve
from multilayer.web.session import Rows, Session, State

__all__ = ["studio", "widget"]

_PORT = Limits(minimum=0, maximum=65535, integer=True)


def studio(
    network: Any = None,
    X: Any = None,
    y: Any = None,
    *,
    port: int = 0,
    browser: bool = True,
    wait: bool = True,
    language: str | None = None,
) -> Studio:
    """Show a network and rows on a page in a browser: every number of it, by hand and by training.

    The page is served to this machine alone. It needs the extra `studio`.

    Parameters
    ----------
    network : MLP, or what `multilayer.from_model` takes, optional
        What `fit` returned, fitted estimators of `multilayer` and of scikit-learn, a PyTorch `nn.Sequential`. Without
        it a new network for X and y is shown, or the tutorial's where there is no X either.
    X : array_like, shape (samples, inputs), optional
        Samples; columns of a data frame by the names of the network's inputs, where it has some.
    y : array_like, optional
        Targets, as `fit` takes them.
    port : int
        0 takes any free port.
    browser : bool
        Whether to open a browser there.
    wait : bool
        Whether to wait until Ctrl-C ends the studio. With False it goes on beside the program: `url` is its address,
        and `close()` ends it.
    language : "en" or "ko", optional
        Of the page; unless given, it is the browser's.

    Raises
    ------
    InputError
        When network, X and y do not fit each other, or the port is taken.
    MissingExtraError
        When Starlette or uvicorn is not installed.

    Examples
    --------
    >>> import multilayer
    >>> net = multilayer.initialize((2, 8, 1), "tanh", "sigmoid", rng=0)
    >>> with multilayer.studio(net, [[0, 0], [0, 1]], browser=False, wait=False) as running:
    ...     running.url.split(":")[:2]
    The studio runs at http://127.0.0.1:...
    ['http', '//127.0.0.1']
    """
    port, browser, wait = (
        _PORT.checked("port", port),
        checked_flag("browser", browser),
        checked_flag("wait", wait),
    )
    session = Session(_state(network, X, y), None if language is None else checked_language(language))
    if not wait:
        return serve(session, port, browser=browser)
    return run(session, port, browser=browser)


def widget(
    network: Any = None,
    X: Any = None,
    y: Any = None,
    *,
    view: str = "see",
    language: str | None = None,
) -> Any:
    """Return the studio as a widget, to be shown in a cell of a notebook.

    It is the page of `multilayer.studio`, asked through the kernel; no port is opened. Training and lessons are left
    to the page. It needs the extra `notebook`.

    Parameters
    ----------
    network, X, y
        As `multilayer.studio` takes them.
    view : {"see", "check", "back", "planes", "activations"}
        What is shown first.
    language : "en" or "ko", optional
        Unless given, it is the browser's.

    Returns
    -------
    StudioWidget
        Its attribute `network` is the network as it is shown, with the changes that were made there.

    Raises
    ------
    InputError
        When network, X and y do not fit each other, or there is no such view.
    MissingExtraError
        When anywidget or Starlette is not installed.

    Examples
    --------
    >>> import multilayer
    >>> shown = multilayer.widget(multilayer.initialize((2, 8, 1), "tanh", "sigmoid", rng=0))
    >>> shown.network.widths
    (2, 8, 1)
    """
    try:
        from multilayer.web.notebook import VIEWS, StudioWidget
    except ImportError as error:
        if error.name not in ("anywidget", "starlette"):
            raise
        raise MissingExtraError("the notebook's widget", error.name, "notebook") from None
    if view not in VIEWS:
        raise InputError(
            "there is no view {view} in a notebook; {near}",
            view=quoted(str(view)),
            near=near_matches(str(view), VIEWS),
        )
    session = Session(_state(network, X, y), None if language is None else checked_language(language))
    return StudioWidget(session, view)


def _state(model: Any, X: Any, y: Any) -> State:
    if X is None and y is not None:
        raise InputError("y is given without X; give the samples that it belongs to")
    net = None if model is None else from_model(model)
    if X is None:
        return PRESETS["seed"].make() if net is None else State(net, rows_for(net))
    rows = _rows(net, X, y)
    return State(network_for(rows)[0] if net is None else net, rows)


def _rows(net: MLP | None, X: Any, y: Any) -> Rows:
    found = numbers("X", X, None if net is None else net.input_names)
    if found.ndim == 1:
        found = found[np.newaxis]
    if found.ndim != 2 or not found.size:
        raise InputError("X has shape {shape}; expected (samples, inputs)", shape=found.shape)
    names = None
    if net is None and is_frame(X):
        names = tuple(map(str, getattr(X, "column_names", None) or X.columns))
    targets = None if y is None else plain_array("y", y)
    if targets is not None and (targets.ndim == 0 or len(targets) != len(found)):
        raise InputError(
            "X has {samples} samples, and y has the shape {shape}; expected a target for each sample",
            samples=len(found),
            shape=targets.shape,
        )
    name = getattr(y, "name", None)
    return Rows(
        found, targets, names, None if targets is None else str(name or "y"), fill("rows from Python")
    )
