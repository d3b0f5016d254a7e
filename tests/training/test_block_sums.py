"""Steps whose gradients are sums over blocks: what they are, their bits, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, fit, initialize, threads, train
from multilayer.activations import Custom
from multilayer.optimizers import SGD, Adam, ClipByNorm
from multilayer.training import Checkpoint, RateFactors

ROWS = 5000


def samples(dtype=np.float64, rows=ROWS):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, 6)).astype(dtype)
    y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
    return X, y, rng.random(rows)


def trained(*, block_sums=True, dtype=np.float64, epochs=3, X=None, **options):
    given, y, _ = samples(dtype)
    net = initialize((6, 9, 3), "tanh", "softmax", rng=0, dtype=dtype)
    options = {"optimizer": Adam(0.01), "batch_size": 2500, "progress": False, "rng": 0} | options
    return fit(
        net,
        given if X is None else X,
        y,
        loss="categorical_cross_entropy",
        epochs=epochs,
        block_sums=block_sums,
        **options,
    )


def weights_of(result):
    return np.concatenate([array.ravel() for layer in result.network.layers for array in (layer.W, layer.b)])


VARIANTS = {
    "adam": {},
    "sgd": {"optimizer": SGD(0.1, momentum=0.9)},
    "penalty": {"l2": 3.0},
    "decay": {"weight_decay": 0.1},
    "clip": {"clip": ClipByNorm(0.05)},
    "input scale": {"input_scale": 2.0, "rate_factors": RateFactors(biases=0.1, by_inputs=True)},
    "weights": {"sample_weight": samples()[2]},
    "validation": {"validation": 0.3, "metrics": "accuracy"},
    "schedule": {"schedule": "cosine"},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_steps_are_those_of_whole_batches_but_for_rounding(name):
    options = VARIANTS[name]
    blocks, whole = trained(**options), trained(block_sums=False, **options)
    np.testing.assert_allclose(weights_of(blocks), weights_of(whole), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(blocks.history.loss, whole.history.loss, rtol=1e-10)
    for metric, values in whole.history.metrics.items():
        np.testing.assert_allclose(blocks.history.metrics[metric], values, atol=1e-3)


def test_the_gradient_is_the_sum_of_those_of_its_blocks():
    """One step of SGD at rate 1 on 2,500 rows: the mean of 1,024, 1,024 and 452 rows by their numbers."""
    X, y, _ = samples()
    X, y = X[:2500], y[:2500]
    net = initialize((6, 9, 3), "tanh", "softmax", rng=0, dtype=np.float64)
    options = {"loss": "categorical_cross_entropy", "optimizer": SGD(1.0), "epochs": 1, "shuffle": False}
    options |= {"progress": False, "batch_size": 2500}

    def step(X, y, **more):
        result = fit(net, X, y, **options, **more)
        return weights_of(result) - np.concatenate([a.ravel() for n in net.layers for a in (n.W, n.b)])

    parts = [slice(0, 1024), slice(1024, 2048), slice(2048, 2500)]
    expected = sum(step(X[part], y[part]) * (part.stop - part.start) / 2500 for part in parts)
    np.testing.assert_allclose(step(X, y, block_sums=True), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.native
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bits_do_not_depend_on_threads_and_memory(tmp_path, dtype):
    X, _, _ = samples(dtype)
    np.save(tmp_path / "X.npy", X)
    with threads(1):
        alone = weights_of(trained(dtype=dtype))
    with threads(3):
        assert (weights_of(trained(dtype=dtype)) == alone).all()
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert (weights_of(trained(dtype=dtype, X=mapped)) == alone).all()


def test_it_resumes_from_a_checkpoint(tmp_path):
    checkpoint = Checkpoint(tmp_path / "state")
    trained(epochs=2, checkpoint=checkpoint)
    assert (weights_of(trained(epochs=4, checkpoint=checkpoint)) == weights_of(trained(epochs=4))).all()
    with pytest.raises(InputError, match="block_sums"):
        trained(epochs=5, checkpoint=checkpoint, block_sums=False)


def test_an_activation_of_the_user():
    cube = Custom("cube", lambda x: x**3, lambda x: 3 * x**2)
    X, y, _ = samples()
    net = initialize((6, 9, 3), "tanh", "softmax", rng=0, dtype=np.float64)
    net = MLP([Dense(net.layers[0].W, net.layers[0].b, cube), net.layers[1]])
    options = {
        "loss": "categorical_cross_entropy",
        "epochs": 2,
        "batch_size": 2500,
        "progress": False,
        "rng": 0,
    }
    blocks, whole = (weights_of(fit(net, X, y, block_sums=each, **options)) for each in (True, False))
    np.testing.assert_allclose(blocks, whole, rtol=1e-9, atol=1e-12)


def test_what_is_not_finite_is_named():
    X, _, _ = samples()
    X[4000, 2] = np.inf
    with pytest.warns(UserWarning, match=r"epoch 1, batch 2: X holds nan or infinity"):
        result = trained(X=X, shuffle=False)
    assert result.stopped == "not finite"
    assert np.isfinite(weights_of(result)).all()


def test_an_interruption_after_a_batch():
    seen = []
    X, y, _ = samples()
    net = initialize((6, 9, 3), "tanh", "softmax", rng=0)
    training = train(
        net, X, y, loss="categorical_cross_entropy", batch_size=1500, block_sums=True, every=1, rng=0
    )
    for event in training:
        seen.append(event)
        if len(seen) == 2:
            training.stop()
    assert len(seen) == 2
    assert training.progress.steps == 2


def test_dropout_is_refused():
    with pytest.raises(InputError, match="block_sums=True takes no dropout"):
        trained(dropout=0.1)
    with pytest.raises(InputError, match=r"give block_sums=True, with and without the cluster"):
        trained(block_sums=False, cluster=object())
