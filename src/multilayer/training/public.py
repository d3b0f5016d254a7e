"""The two ways to train: `train`, an iterator of events, and `fit`, the same without looking on."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar, Unpack

from numpy.typing import ArrayLike

from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.names import with_known_options
from multilayer._base.random import Random, Seed, generator
from multilayer._base.storage import AnyPath
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.held import network_of
from multilayer.optimizers import (
    LBFGS,
    Adam,
    Clip,
    Constant,
    Optimizer,
    OptimizerState,
    Parameters,
    Schedule,
)
from multilayer.training import data as sources
from multilayer.training.callbacks import Callback, callables
from multilayer.training.checkpoint import Checkpoint
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Source
from multilayer.training.events import Memory, Trained
from multilayer.training.loop import Training
from multilayer.training.metrics import Metric
from multilayer.training.options import Options
from multilayer.training.plan import State
from multilayer.training.progress import progress_bar
from multilayer.training.state import TrainState, parameters_of
from multilayer.training.stopping import EarlyStopping

__all__ = ["fit", "train"]

P = ParamSpec("P")
R = TypeVar("R")


@with_known_options
def train(  # noqa: PLR0913  (every one is a keyword with a default that leaves it out)
    network: MLP,
    X: Any,
    y: ArrayLike | None = None,
    *,
    loss: Loss | str,
    optimizer: Optimizer | LBFGS | str = Adam(),  # noqa: B008  (frozen)
    schedule: Schedule | str = Constant(),  # noqa: B008  (frozen)
    epochs: int = 200,
    batch_size: int = 200,
    shuffle: bool = True,
    validation: float | tuple[Any, ...] | None = None,
    stopping: EarlyStopping | None = None,
    clip: Clip | None = None,
    dropout: float | Sequence[float] = 0.0,
    sample_weight: ArrayLike | None = None,
    class_weight: sources.ClassWeight = None,
    l2: float = 0.0,
    weight_decay: float = 0.0,
    metrics: str | Metric | Iterable[str | Metric] = (),
    rng: Seed = None,
    callbacks: Callback | Iterable[Callback] = (),
    checkpoint: Checkpoint | AnyPath | None = None,
    every: int | None = None,
    after: Memory | Trained | None = None,
) -> Training:
    """Train a network, and tell what happens: an iterator of `Step` and `Epoch`, which has `trained` in the end.

    Nothing that is given is changed: the network that comes out is a new one. `fit` does the same without looking on.
    Nothing happens either until the first event is asked for, but that all settings have been checked.

    Parameters
    ----------
    network : MLP
        Where to start, with the activations and the dtype to train in; `multilayer.initialize` makes a random one. What
        `fit` returned and a fitted estimator of `multilayer.estimators` stand for their network.
    X : array_like or sparse, shape (samples, inputs), or batches
        Samples; a memory-mapped array or a SciPy sparse matrix is read and converted a batch at a time, columns of a
        data frame are taken by the names of the inputs where there are some (`multilayer._base.arrays`). Or, without y,
        batches: an iterable of (X, y) or (X, y, weights), or a function that returns a new one for each epoch.
    y : array_like, shape (samples, units), or (samples,)
        Targets, in the form that the loss takes. Where the network has class labels, y of shape (samples,) holds
        labels (`multilayer.network.labels`).
    loss : Loss or str
        What to descend on; `multilayer.losses.names()` lists them.
    optimizer : Optimizer or str
        The rule of an update: "adam" or Adam(0.01), say; `multilayer.optimizers.names()` lists them.
    schedule : Schedule or str
        The learning rate over time, starting from the optimizer's own: "cosine", say;
        `multilayer.optimizers.schedules.names()` lists them.
    epochs, batch_size : int
        Passes over the data; samples per step (never more than there are).
    shuffle : bool
        Whether each epoch has an order of its own.
    validation : float, or tuple (X, y) or (X, y, weights), optional
        A share of the samples to hold out, or data of their own, to measure after each epoch.
    stopping : EarlyStopping, optional
        When to stop early, and whether the best weights are handed back. None: after all epochs, the last ones.
    clip : Clip, optional
        ClipByNorm or ClipByValue, applied to the gradients of a step.
    dropout : float or sequence of float
        Share of units left out at random in a step, in every hidden layer or one number per hidden layer. The others
        are scaled up by 1 / (1 - share), so that the trained network needs no change.
    sample_weight : array_like, shape (samples,), optional
        How much each sample counts in the mean.
    class_weight : mapping of class to weight, or "balanced", optional
        How much each class counts, times sample_weight; classes that are not named count 1. A class is a label where
        the network has labels, else a number.
    l2 : float
        Penalty l2 / (2 n) * sum of W^2, n the sum of a batch's weights: scikit-learn's `alpha`.
    weight_decay : float
        Decoupled decay: W shrinks by the share rate * weight_decay per step.
    metrics : str or Metric, or iterable of them
        What else to measure after each epoch: "accuracy", "r2", "mae", "mse", "rmse".
    rng : Generator, RandomState, int or None
        Where orders and dropout come from. A `RandomState` gives scikit-learn's orders.
    callbacks : callable, or iterable of callables
        Each is called with every event; one that returns True ends training. Where it has a method `ended` too, that
        is called once with the outcome, after the last event, however training ended.
    every : int, optional
        Yield a `Step` after so many batches. None: only epochs, which is faster.
    after : Trained or Memory, optional
        What an earlier training of this network returned, to go on from: its optimizer state and learning rate.
    checkpoint : Checkpoint or path, optional
        A file to save everything to after epochs and when interrupted. Where it is there already, training goes on from
        it, bit for bit as if it had never stopped.

    Returns
    -------
    Training
        An iterator; `trained` and `stop()` may be used at any time.

    Raises
    ------
    InputError
        Before the first batch, when something does not fit.
    """
    network = network_of(network)
    recipe = TrainConfig.of(
        network,
        loss=loss,
        optimizer=optimizer,
        schedule=schedule,
        epochs=epochs,
        batch_size=batch_size,
        shuffle=shuffle,
        stopping=stopping,
        clip=clip,
        dropout=dropout,
        l2=l2,
        weight_decay=weight_decay,
        metrics=metrics,
    )
    every = _EVERY.checked("every", every)
    callbacks = callables(callbacks)
    if y is None and isinstance(X, Iterator) and recipe.epochs > 1:
        raise InputError(
            "an iterator has batches for one epoch only; give a function that returns a new one for each"
        )
    if validation is not None and not isinstance(validation, tuple):
        validation = _SHARE.checked("validation", validation)
    if checkpoint is not None and rng is None and isinstance(validation, float):
        raise InputError("a checkpoint fits the same split of the data only; give a seed as rng=")
    random = generator(rng)
    data = sources.source(network, recipe.loss, X, y, sample_weight, class_weight)
    data, held_out = _validation(network, recipe, data, validation, random)
    if recipe.metrics and held_out is None and not isinstance(data, Arrays):
        raise InputError("metrics of batches are not measured; give validation=(X, y)")
    position = _start(network, recipe.optimizer, random, after)
    if isinstance(recipe.optimizer, LBFGS):
        for what, given in (("checkpoint", checkpoint), ("every", every), ("after", after)):
            if given is not None:
                raise InputError(f"LBFGS takes no {what}: SciPy does not give away where it is; leave it out")
        if not isinstance(data, Arrays):
            raise InputError("LBFGS needs all the data at once; give arrays, or use Adam")
    keeper = None
    if checkpoint is not None:
        keeper = CheckpointWriter.of(checkpoint, network, recipe, data, held_out)
        position = keeper.resumed(position)
    return Training(network, recipe, data, held_out, position, callbacks, every, keeper)


def _with_options_of_train(function: Callable[P, R]) -> Callable[P, R]:
    """Give a function the signature that help and completion show: that of `train`, and its own keywords behind it."""
    own, options = inspect.signature(function), inspect.signature(train)
    keywords = [p for p in own.parameters.values() if p.kind is p.KEYWORD_ONLY]
    shown = options.replace(
        parameters=[*options.parameters.values(), *keywords], return_annotation=own.return_annotation
    )
    function.__signature__ = shown  # type: ignore[attr-defined]
    return with_known_options(function)


@_with_options_of_train
def fit(
    network: MLP,
    X: Any,
    y: ArrayLike | None = None,
    *,
    progress: bool | None = None,
    **options: Unpack[Options],
) -> Trained:
    """Train a network as `train` does, with the same options, and return the outcome.

    Ctrl-C ends training at the next batch boundary and returns what there is, the best weights where they are kept;
    a second Ctrl-C aborts. Where a loss or weight is nan or infinite training ends with a `TrainingWarning` that names
    the place, and the weights are the last finite ones.

    Parameters
    ----------
    progress : bool, optional
        Whether to show a progress bar on stderr; unless told, where that is a terminal.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer import initialize
    >>> from multilayer.optimizers import Adam
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> net = initialize((2, 8, 1), "tanh", "sigmoid", rng=0)
    >>> trained = fit(net, X, [0, 1, 1, 0], loss="binary_cross_entropy", epochs=400, optimizer=Adam(0.05), rng=0)
    >>> trained.network.classify(X)
    array([0, 1, 1, 0])
    """
    if progress is not None:
        progress = checked_flag("progress", progress)
    training = train(network, X, y, **options)
    with training.interruption, progress_bar(training.recipe.epochs, progress) as tell:
        for event in training:
            tell(event)
    trained = training.trained
    if trained.stopped == "not finite":
        warnings.warn(trained.message, TrainingWarning, stacklevel=3)
    return trained


_EVERY = Limits(minimum=1, integer=True, optional=True)
_SHARE = Limits(above=0.0, below=1.0, optional=True, instead="(X, y)")


def _start(
    network: MLP, optimizer: Optimizer | LBFGS, rng: Random, after: Memory | Trained | None
) -> TrainState:
    parameters = parameters_of(network)
    if after is not None:
        memory = _fitting(after, parameters, optimizer)
        return TrainState(
            State(parameters, memory.optimizer),
            rng,
            memory.learning_rate,
            steps=memory.steps,
            samples=memory.samples,
        )
    if isinstance(optimizer, LBFGS):
        return TrainState(State(parameters, OptimizerState(0, {})), rng, 1.0, start=network)
    state = State(parameters, optimizer.init(parameters))
    return TrainState(state, rng, optimizer.learning_rate, start=network)


def _fitting(after: Memory | Trained, parameters: Parameters, optimizer: Optimizer | LBFGS) -> Memory:
    """Return the memory of an earlier training, checked to be of this network and this optimizer."""
    memory = after.memory if isinstance(after, Trained) else after
    if not isinstance(memory, Memory):
        raise InputError(
            f"after must be what an earlier fit returned, or its memory; got {type(after).__name__}"
        )
    slots = memory.optimizer.slots
    expected = optimizer.slots if isinstance(optimizer, Optimizer) else ()
    if isinstance(optimizer, Optimizer) and set(slots) != set(expected):
        raise InputError(
            f"after holds the state ({', '.join(slots) or 'none'}) of another optimizer than "
            f"{type(optimizer).__name__}, which has {', '.join(expected) or 'none'}; give the same optimizer"
        )
    shapes = [array.shape for array in parameters]
    for name, arrays in slots.items():
        if [array.shape for array in arrays] != shapes:
            raise InputError(
                f"after holds the optimizer state of a network of another shape ({name}); give the network that the "
                "earlier fit returned"
            )
    return memory


def _validation(
    network: MLP, recipe: TrainConfig, data: Source, validation: Any, rng: Random
) -> tuple[Source, Arrays | None]:
    if validation is None:
        return data, None
    if isinstance(validation, tuple):
        if len(validation) not in (2, 3):
            raise InputError(f"validation has {len(validation)} parts; expected (X, y) or (X, y, weights)")
        return data, sources.arrays(network, recipe.loss, *validation)
    if not isinstance(data, Arrays):
        raise InputError("a share of batches from a function cannot be held out; give validation=(X, y)")
    return sources.split(data, validation, rng)
