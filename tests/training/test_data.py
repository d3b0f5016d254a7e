"""Data of training: weights of samples and classes, batches, mapped and sparse arrays, and what is refused."""

import numpy as np
import pytest

from multilayer import InputError, fit, initialize, train
from multilayer.optimizers import LBFGS, Cosine
from tests.training.problem import NET, OPTIONS, X, Y, bits


def test_class_weights_are_sample_weights():
    labels = (Y[:, 0] > 1).astype(int)
    net = initialize((4, 5, 2), "tanh", "softmax", rng=0, dtype=np.float64)
    options = {"loss": "cce", "epochs": 2, "rng": 0}
    by_class = fit(net, X, labels, class_weight={1: 3.0}, **options)
    by_sample = fit(net, X, labels, sample_weight=np.where(labels == 1, 3.0, 1.0), **options)
    assert bits(by_class.network) == bits(by_sample.network)
    balanced = fit(net, X, np.eye(2)[labels], class_weight="balanced", **options)
    counts = np.bincount(labels)
    by_sample = fit(net, X, np.eye(2)[labels], sample_weight=len(X) / (2 * counts[labels]), **options)
    assert bits(balanced.network) == bits(by_sample.network)


def test_class_weights_need_classes():
    net = initialize((4, 2), (), "sigmoid", rng=0)
    labels = np.hstack([Y > 0, Y > 1]).astype(int)
    with pytest.raises(InputError, match="one class per sample"):
        fit(net, X, labels, loss="bce", class_weight="balanced")
    with pytest.raises(InputError, match=r"class_weight\[0\] must be a finite number, at least 0; got -1.0"):
        fit(NET, X, (Y > 0).astype(int), loss="squared", class_weight={0: -1.0})


def test_weights_of_zero_leave_samples_out():
    weights = np.r_[np.zeros(32), np.ones(58)]
    trained = fit(NET, X, Y, epochs=1, shuffle=False, sample_weight=weights, **OPTIONS)
    without = fit(NET, X[32:], Y[32:], epochs=1, shuffle=False, after=None, **OPTIONS)
    # The first batch has no weight at all: a step of Adam from nothing, which moves nothing.
    assert trained.history.loss[0] == pytest.approx(without.history.loss[0] * 58 / 90, rel=1e-2)
    assert np.isfinite(trained.network(X)).all()


def test_a_function_of_batches():
    def batches():
        for start in range(0, 90, 32):
            yield X[start : start + 32], Y[start : start + 32]

    whole = fit(NET, X, Y, epochs=3, shuffle=False, **OPTIONS)
    stream = fit(NET, batches, epochs=3, **OPTIONS)
    assert bits(stream.network) == bits(whole.network)
    assert stream.history.loss == whole.history.loss
    one_shot = batches()
    with pytest.raises(InputError, match="new ones for each epoch"):
        fit(NET, lambda: one_shot, epochs=2, **OPTIONS)
    with pytest.raises(InputError, match="needs the number of all steps"):
        fit(NET, batches, schedule=Cosine(), **OPTIONS)
    with pytest.raises(InputError, match=r"batch 1: expected \(X, y\)"):
        fit(NET, lambda: [X], **OPTIONS)
    assert bits(fit(NET, list(batches()), epochs=3, **OPTIONS).network) == bits(whole.network)
    assert len(fit(NET, batches(), epochs=1, **OPTIONS).history) == 1
    with pytest.raises(InputError, match="an iterator has batches for one epoch only"):
        fit(NET, batches(), epochs=2, **OPTIONS)
    with pytest.raises(InputError, match="metrics of batches are not measured"):
        fit(NET, batches, metrics=["r2"], **OPTIONS)
    with pytest.raises(InputError, match="bring their own y"):
        fit(NET, batches, Y, **OPTIONS)


def test_a_memory_mapped_array_is_read_a_batch_at_a_time(tmp_path):
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    read = []

    class Watched(np.memmap):
        def __getitem__(self, rows):
            part = np.asarray(super().__getitem__(rows))
            read.append(len(part))
            return part

    trained = fit(NET, mapped.view(Watched), Y, epochs=2, validation=0.2, **OPTIONS)
    assert max(read) <= 32
    assert bits(trained.network) == bits(
        fit(NET, X.astype(np.float32), Y, epochs=2, validation=0.2, **OPTIONS).network
    )


def test_sparse_samples_are_made_dense_a_batch_at_a_time():
    from scipy import sparse

    holes = X * (np.abs(X) > 0.5)
    for shuffle in (True, False):
        dense = fit(NET, holes, Y, epochs=2, shuffle=shuffle, validation=0.2, **OPTIONS)
        for kind in (sparse.csr_array, sparse.csc_matrix):
            assert bits(
                fit(NET, kind(holes), Y, epochs=2, shuffle=shuffle, validation=0.2, **OPTIONS).network
            ) == bits(dense.network)
    exact = fit(NET, holes, Y, loss="squared", optimizer=LBFGS(), epochs=3)
    assert bits(
        fit(NET, sparse.csr_array(holes), Y, loss="squared", optimizer=LBFGS(), epochs=3).network
    ) == bits(exact.network)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:, :3], Y, r"X has shape \(90, 3\); this network takes \(samples, 4\)"),
        (X, Y[:5], "X has 90 samples but y has 5"),
        (X, None, "y is missing"),
        (X[:0], Y[:0], "X has no samples"),
        ([["a"] * 4], [1.0], "X holds text"),
        ([[1.0], [1.0, 2.0]], [1.0], "different lengths"),
    ],
)
def test_data_have_to_fit(x, y, message):
    with pytest.raises(InputError, match=message):
        train(NET, x, y, loss="squared")


def test_held_out_rows_are_those_of_separate_data():
    held_out = np.arange(len(X)) % 4 == 1
    weights = np.linspace(1.0, 2.0, len(X))
    apart = (X[held_out], Y[held_out], weights[held_out])
    expected = fit(
        NET,
        X[~held_out],
        Y[~held_out],
        sample_weight=weights[~held_out],
        epochs=3,
        validation=apart,
        **OPTIONS,
    )
    found = fit(NET, X, Y, sample_weight=weights, epochs=3, validation=held_out, **OPTIONS)
    assert bits(found.network) == bits(expected.network)
    assert found.history.validation_loss == expected.history.validation_loss
    for wrong in (held_out[1:], held_out.astype(int), np.zeros(len(X), bool), np.ones(len(X), bool)):
        with pytest.raises(InputError, match="expected True for each sample to hold out"):
            fit(NET, X, Y, validation=wrong, **OPTIONS)
