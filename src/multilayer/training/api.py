"""The two ways to train: `train`, an iterator of events, and `fit`, which runs it to its end."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import losses
from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.random import Random, Seed, generator
from multilayer._base.storage import AnyPath
from multilayer._base.text import fill, one_line
from multilayer.network import MLP
from multilayer.network.held import network_of
from multilayer.optimizers import LBFGS, Optimizer, Parameters
from multilayer.training import data as sources
from multilayer.training.blocks import Blocks, ShuffledBlocks
from multilayer.training.checkpoint_writer import Checkpoint, CheckpointWriter
from multilayer.training.config import Settings, TrainConfig
from multilayer.training.data import Arrays, Source
from multilayer.training.events import Callback, Memory, Trained, callables
from multilayer.training.loop import Training
from multilayer.training.progress import progress_bar
from multilayer.training.samples import ClassWeight
from multilayer.training.signatures import with_parameters_of, with_settings
from multilayer.training.state import initial_state, parameters_of

__all__ = ["Options", "fit", "train"]

_EVERY = Limits(minimum=1, integer=True, optional=True)
_FRACTION = Limits(above=0.0, below=1.0, optional=True, instead="(X, y)")


class Options(Settings, total=False):
    """The options of `train` and `fit`, as type checkers and editors see them; the docstring of `train` explains."""

    config: TrainConfig | None
    validation: float | NDArray[np.bool_] | tuple[Any, ...] | None
    sample_weight: ArrayLike | None
    class_weight: ClassWeight
    rng: Seed
    callbacks: Callback | Iterable[Callback]
    checkpoint: Checkpoint | AnyPath | None
    every: int | None
    after: Memory | Trained | None
    cluster: Any


@with_settings
def train(  # noqa: PLR0913  (every one is a keyword with a default that leaves it out)
    network: MLP,
    X: Any,
    y: ArrayLike | None = None,
    *,
    config: TrainConfig | None = None,
    validation: float | NDArray[np.bool_] | tuple[Any, ...] | None = None,
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight = None,
    rng: Seed = None,
    callbacks: Callback | Iterable[Callback] = (),
    every: int | None = None,
    after: Memory | Trained | None = None,
    checkpoint: Checkpoint | AnyPath | None = None,
    cluster: Any = None,
    **settings: Unpack[Settings],
) -> Training:
    """Train a network as an iterator of `Step` and `Epoch`, with the outcome as `trained` in the end.

    The network that is given stays as it is: the trained one is new. `fit` does the same in one call. All options are
    checked now; training starts with the first event.

    Parameters
    ----------
    network : MLP
        The weights to start from, with the activations and the dtype to train in; `multilayer.initialize` makes random
        ones. The result of `fit` and a fitted estimator of `multilayer.estimators` stand for their network.
    X : array_like or sparse, shape (samples, inputs), or batches
        Samples; a memory-mapped array or a SciPy sparse matrix is read and converted a batch at a time, columns of a
        data frame are taken by the names of the network's inputs (`multilayer._base.arrays`). Or, without y, batches:
        an iterable of (X, y) or (X, y, weights), or a function that returns a new one for each epoch. Or blocks of
        rows, with their targets, of data that need not fit into memory: `multilayer.tables.row_blocks`.
    y : array_like, shape (samples, units), or (samples,)
        Targets, in the form that the loss takes. Where the network has class labels, y of shape (samples,) holds
        labels (`multilayer.network.labels`).
    {parameters}
    config : TrainConfig, optional
        The settings from `loss` to `metrics` in one object, in which case `loss` may be left out; those given beside it
        replace its own.
    validation : float, array of bool, or tuple (X, y) or (X, y, weights), optional
        A fraction of the samples to hold out, whether to hold out each of them, or separate data, to measure after each
        epoch. A fraction of blocks is held out by a hash of the inputs, and stays in memory.
    sample_weight : array_like, shape (samples,), optional
        The weight of each sample in the mean.
    class_weight : mapping of class to weight, or "balanced", optional
        The weight of each class, times sample_weight; classes that are not named have weight 1. A class is a label
        where the network has labels, else a number.
    rng : Generator, RandomState, int or None
        The source of orders and dropout. A `RandomState` gives scikit-learn's orders.
    callbacks : callable, or iterable of callables
        Each is called with every event; one that returns True ends training. A method `ended` of a callback is called
        once with the outcome, after the last event, however training ended. With a cluster, its method `worker_lost` is
        called with a `multilayer.cluster.WorkerLost` when a worker is gone, and others do its work again.
    every : int, optional
        Yield a `Step` after so many batches. None: only epochs, which is faster.
    after : Trained or Memory, optional
        The result of an earlier training of this network, to go on from its optimizer state and learning rate.
    checkpoint : Checkpoint or path, optional
        A file to save the training state to after epochs and when interrupted. Where it exists, training
        resumes from it, with the same bits as without the interruption.
    cluster : dask.distributed.Client or str, optional
        A Dask cluster whose workers share the work, with the same bits as without it (extra `cluster`): a client, the
        address of a scheduler, or "local:4" for four processes of this machine. For `LBFGS`, and with `block_sums` for
        any optimizer. X may be a Dask array or data frame then, whose parts stay on the workers.

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
    config = _config(network, config, settings)
    config.check(network)
    every = _EVERY.checked("every", every)
    callbacks = callables(callbacks)
    if validation is not None and not isinstance(validation, tuple | np.ndarray):
        validation = _FRACTION.checked("validation", validation)
    if checkpoint is not None and rng is None and isinstance(validation, float):
        raise InputError("a checkpoint fits the same split of the data only; give a seed as rng=")
    random = generator(rng)
    data = _source(network, config, X, y, cluster, sample_weight, class_weight)
    data, held_out = _validation(network, config, data, validation, random)
    if config.metrics and held_out is None and not isinstance(data, Arrays):
        raise InputError("metrics of batches are not measured; give validation=(X, y)")
    memory = None if after is None else _fitting(after, parameters_of(network), config)
    state = initial_state(network, config.optimizer, random, memory)
    if isinstance(config.optimizer, LBFGS):
        _check_for_lbfgs(data, checkpoint=checkpoint, every=every, after=after)
    start, writer = network if memory is None else None, None
    if checkpoint is not None:
        writer = CheckpointWriter.of(checkpoint, network, config, data, held_out)
        resumed = writer.resumed(state)
        start, state = start if resumed is state else None, resumed
    return Training(
        network,
        config,
        data,
        held_out,
        state,
        callbacks=callbacks,
        every=every,
        writer=writer,
        start=start,
        cluster=cluster,
    )


@with_parameters_of(train)
def fit(
    network: MLP,
    X: Any,
    y: ArrayLike | None = None,
    *,
    progress: bool | None = None,
    **options: Unpack[Options],
) -> Trained:
    """Train a network to the end, and return the outcome; `train` does the same step by step.

    Ctrl-C ends training at the next batch boundary and returns the current weights, the best ones where they are kept;
    a second Ctrl-C aborts. Where a loss or weight is nan or infinite training ends with a `TrainingWarning` that names
    the place, and the weights are the last finite ones.

    Parameters
    ----------
    {parameters}
    progress : bool, optional
        Whether to show a progress bar on stderr; by default where that is a terminal.

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
    rows = training.show_inside_epochs() if isinstance(X, Blocks) else None
    with progress_bar(training.config.epochs, progress, rows) as show:
        trained = training.run(show)
    if trained.stopped == "not finite":
        warnings.warn(trained.message, TrainingWarning, stacklevel=3)
    return trained


def _config(network: MLP, config: TrainConfig | None, settings: Settings) -> TrainConfig:
    if config is None:
        if "loss" not in settings:
            output = network.layers[-1].activation
            raise InputError(
                "no loss is given: write loss='{loss}', say, for the output activation {output}",
                loss=(losses.for_activation(output) or losses.squared).facts.name,
                output=output.facts.name,
            )
        return TrainConfig(**settings)
    if not isinstance(config, TrainConfig):
        raise InputError("config must be a TrainConfig; got {config}", config=one_line(repr(config), 60))
    return dataclasses.replace(config, **settings)  # type: ignore[arg-type]


def _source(network: MLP, config: TrainConfig, X: Any, y: Any, cluster: Any, *weights: Any) -> Source:
    if y is None and isinstance(X, Iterator) and config.epochs > 1:
        raise InputError(
            "an iterator has batches for one epoch only; give a function that returns a new one for each"
        )
    if cluster is not None:
        if not (isinstance(config.optimizer, LBFGS) or config.block_sums):
            raise InputError(
                "a cluster shares batches by blocks, whose sums round in another way; give block_sums=True, with and "
                "without the cluster, or optimizer=LBFGS()"
            )
        X = import_module("multilayer.cluster").rows_of(network, X)  # by name: it stands on training
    return sources.source(network, config.loss, X, y, *weights)


def _check_for_lbfgs(data: Source, **given: Any) -> None:
    """Refuse options that L-BFGS does not take, and data that are not in memory."""
    for what, value in given.items():
        if value is not None:
            raise InputError(
                "LBFGS takes no {what}: SciPy does not expose its state; leave it out", what=what
            )
    if not isinstance(data, Arrays):
        raise InputError("LBFGS needs all the data at once; give arrays, or use Adam")


def _fitting(after: Memory | Trained, parameters: Parameters, config: TrainConfig) -> Memory:
    """Return the optimizer state to continue from, checked to belong to this network and this optimizer."""
    memory = after.memory if isinstance(after, Trained) else after
    if not isinstance(memory, Memory):
        raise InputError(
            "after must be what an earlier fit returned, or its memory; got {kind}", kind=type(after).__name__
        )
    optimizer, slots = config.optimizer, memory.optimizer.slots
    expected = optimizer.slots if isinstance(optimizer, Optimizer) else ()
    if isinstance(optimizer, Optimizer) and set(slots) != set(expected):
        raise InputError(
            "after holds the state ({slots}) of another optimizer than {kind}, which has "
            "{expected}; give the same optimizer",
            slots=", ".join(slots) or fill("none"),
            kind=type(optimizer).__name__,
            expected=", ".join(expected) or fill("none"),
        )
    shapes = [array.shape for array in parameters]
    for name, arrays in slots.items():
        if [array.shape for array in arrays] != shapes:
            raise InputError(
                "after holds the optimizer state of a network of another shape ({name}); "
                "give the network that the earlier fit returned",
                name=name,
            )
    if memory.optimizer.scale is not None and not config.input_scale:
        raise InputError("after holds a trained scale of the inputs; give the same input_scale=")
    return memory


def _validation(
    network: MLP, config: TrainConfig, data: Source, validation: Any, rng: Random
) -> tuple[Source, Arrays | None]:
    if validation is None:
        return data, None
    if isinstance(validation, tuple):
        if len(validation) not in (2, 3):
            raise InputError(
                "validation has {parts} parts; expected (X, y) or (X, y, weights)", parts=len(validation)
            )
        return data, sources.arrays(network, config.loss, *validation)
    if isinstance(data, ShuffledBlocks) and isinstance(validation, float):
        return sources.split_blocks(data, validation, rng)
    if not isinstance(data, Arrays):
        raise InputError("a fraction of batches from a function cannot be held out; give validation=(X, y)")
    if isinstance(validation, np.ndarray):
        return sources.divided(data, validation)
    return sources.split(data, validation, rng)
