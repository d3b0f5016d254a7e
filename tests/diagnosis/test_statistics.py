"""One pass in blocks against plain NumPy on all the data at once."""

import numpy as np
import pytest
from scipy import sparse, stats

from multilayer import MLP, Dense, diagnose, gradients, initialize, losses
from multilayer._base.errors import InputError
from multilayer.activations import Custom, catalogue, relu, sigmoid
from multilayer.activations.elementwise import Elementwise
from multilayer.activations.leaky_relu import PReLU
from multilayer.diagnosis import TrainingRecord
from multilayer.diagnosis.layers import sensitivity
from multilayer.diagnosis.measure import Sources, measure
from multilayer.training.samples import inputs

SAMPLES, INPUTS = 300, 7
TOLERANCE = {"float32": 2e-4, "float64": 1e-9}


def data(kind: str = "float64", offset: float = 0.0):
    rng = np.random.default_rng(5)
    X = (rng.standard_normal((SAMPLES, INPUTS)) + offset).astype(kind)
    return X, rng.integers(0, 3, SAMPLES)


def network(activation="tanh", kind: str = "float64", seed: int = 1) -> MLP:
    return initialize((INPUTS, 11, 5, 3), activation, "softmax", rng=seed, dtype=kind)


def measured(net: MLP, X, y=None, loss: str = "categorical_cross_entropy", block=None):
    chosen = None if y is None else losses.get(loss)
    targets = None if y is None else chosen.targets(y, net.widths[-1])
    sources = Sources(net, inputs(net, X), targets, chosen, TrainingRecord(), {})
    return measure(sources, np.random.default_rng(0), block=block)


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu", "hard_tanh", "leaky_relu"])
def test_layers_agree_with_numpy(activation, kind):
    net, (X, y) = network(activation, kind), data(kind)
    found, trace = measured(net, X, y, block=64), net.trace(X)
    near = TOLERANCE[kind]
    for layer, record in zip(found.layers, trace, strict=True):
        a, z = record.a.astype(np.float64), record.z.astype(np.float64)
        for name, expected in (
            ("mean_a", a.mean(axis=0)),
            ("variance_a", a.var(axis=0)),
            ("mean_z", z.mean(axis=0)),
            ("variance_z", z.var(axis=0)),
            ("mean_square_z", (z**2).mean(axis=0)),
        ):
            np.testing.assert_allclose(getattr(layer, name), expected, rtol=near, atol=near, err_msg=name)
        np.testing.assert_array_equal(layer.minimum_z, record.z.min(axis=0))
        np.testing.assert_array_equal(layer.maximum_z, record.z.max(axis=0))
        assert layer.samples == SAMPLES
        assert layer.a.counts.sum() == layer.z.counts.sum() == a.size
        if layer.active is not None:
            slope = record.layer.activation.derivative(record.a)
            limit = sensitivity(record.layer.activation).threshold.astype(kind)
            np.testing.assert_array_equal(layer.active, (slope != 0).sum(axis=0))
            np.testing.assert_array_equal(layer.saturated, (np.abs(slope) < limit).sum(axis=0))
            for unit in np.flatnonzero(z.var(axis=0)):
                r = stats.pearsonr(a[:, unit], z[:, unit]).statistic
                assert layer.linearity[unit] == pytest.approx(r**2, abs=near)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_gradients_are_those_of_all_the_data_at_once(kind):
    net, (X, y) = network("tanh", kind), data(kind)
    found = measured(net, X, y, block=64)
    expected = gradients(net, X, y, "categorical_cross_entropy")
    for layer, one in zip(found.gradients, expected, strict=True):
        assert layer.norm_dW == pytest.approx(np.linalg.norm(one.dW), rel=TOLERANCE[kind])
        rms = np.sqrt((one.da.astype(np.float64) ** 2).mean(axis=0)) * SAMPLES
        np.testing.assert_allclose(layer.rms_da, rms, rtol=TOLERANCE[kind])
        np.testing.assert_array_equal(layer.zero_da, (one.da == 0).mean(axis=0))
        assert layer.dW.counts.sum() == one.dW.size


def test_outputs_agree_with_scikit_learn():
    from sklearn import metrics

    net, (X, y) = network(), data()
    outputs = measured(net, X, y, block=64).outputs
    predicted = net.classify(X)
    assert outputs.score == pytest.approx(metrics.accuracy_score(y, predicted))
    assert outputs.loss == pytest.approx(metrics.log_loss(y, net(X)))
    np.testing.assert_array_equal(outputs.confusion, metrics.confusion_matrix(y, predicted, labels=[0, 1, 2]))
    share = np.bincount(y) / len(y)
    assert outputs.constant_score == share.max()
    assert outputs.constant_loss == pytest.approx(stats.entropy(share))


def test_numbers_to_be_predicted_are_scored_by_r2():
    from sklearn import metrics
    from sklearn.linear_model import LinearRegression

    X, _ = data()
    y = np.c_[X[:, 0] * X[:, 1] + 3 * X[:, 2], 1000 + X[:, 3]]
    net = initialize((INPUTS, 6, 2), "tanh", rng=0, dtype=np.float64)
    outputs = measured(net, X, y, "squared", block=64).outputs
    assert outputs.score == pytest.approx(metrics.r2_score(y, net(X)))
    assert outputs.linear_score == pytest.approx(LinearRegression().fit(X, y).score(X, y), abs=1e-4)
    assert outputs.constant_loss == pytest.approx(y.var(axis=0).sum() / 2)
    assert outputs.target_counts is None


def test_the_linear_model_for_classes_is_as_good_as_scikit_learns():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    X = rng.standard_normal((SAMPLES, INPUTS)) * np.logspace(-3, 3, INPUTS) + 7
    y = (X @ (1 / np.logspace(-3, 3, INPUTS)) - 7 * (1 / np.logspace(-3, 3, INPUTS)).sum() > 0).astype(int)
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    outputs = measured(initialize((INPUTS, 4, 2), "tanh", "softmax", rng=0, dtype=np.float64), X, y).outputs
    assert outputs.linear_score >= LogisticRegression().fit(scaled, y).score(scaled, y) - 0.005


def test_columns_agree_with_numpy():
    X, y = data("float64", offset=1e6)
    found = measured(network(), X, y, block=64).inputs
    np.testing.assert_allclose(found.mean, X.mean(axis=0))
    np.testing.assert_allclose(found.std, X.std(axis=0), rtol=1e-9)
    each = np.c_[np.eye(3)[y], y]
    expected = np.abs(np.corrcoef(X.T, each.T)[:INPUTS, INPUTS:]).max(axis=1)
    np.testing.assert_allclose(found.target_correlation, expected, atol=1e-8)


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("block", [1, 7, 128, 10_000])
def test_the_size_of_blocks_does_not_matter(block, kind):
    net, (X, y) = network("relu", kind), data(kind)
    one, other = measured(net, X, y), measured(net, X, y, block=block)
    for a, b in zip(one.layers, other.layers, strict=True):
        np.testing.assert_allclose(a.variance_a, b.variance_a, rtol=TOLERANCE[kind])
        np.testing.assert_allclose(a.mean_z, b.mean_z, rtol=TOLERANCE[kind], atol=TOLERANCE[kind])
        np.testing.assert_array_equal(a.a.counts, b.a.counts)
    np.testing.assert_array_equal(one.outputs.confusion, other.outputs.confusion)
    assert one.outputs.loss == pytest.approx(other.outputs.loss, rel=TOLERANCE[kind])


def test_a_mean_far_from_zero_does_not_cancel_the_variance():
    X, _ = data("float32")
    layer = Dense(np.eye(INPUTS, dtype=np.float32), np.full(INPUTS, 4096, np.float32))
    found = measured(MLP([layer]), X, block=50).layers[0]
    exact = layer.weighted_sums(X).astype(np.float64).var(axis=0)
    np.testing.assert_allclose(found.variance_a, exact, rtol=1e-4)


def test_more_samples_than_the_first_look_takes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((5000, INPUTS)).astype(np.float32)
    net = network("tanh", "float32")
    found = measured(net, X)
    np.testing.assert_allclose(found.layers[1].mean_z, net.trace(X)[1].z.mean(axis=0), atol=1e-5)
    assert found.samples == found.layers[0].samples == 5000


def test_memory_mapped_and_sparse_inputs_give_the_same(tmp_path):
    X, y = data()
    X[X < 0.5] = 0.0
    np.save(tmp_path / "X.npy", X)
    net = network()
    expected = measured(net, X, y)
    for other in (np.load(tmp_path / "X.npy", mmap_mode="r"), sparse.csr_matrix(X), sparse.coo_array(X)):
        found = measured(net, other, y)
        assert found.outputs.loss == expected.outputs.loss
        np.testing.assert_array_equal(found.layers[0].mean_a, expected.layers[0].mean_a)


@pytest.mark.parametrize("activation", catalogue, ids=lambda a: a.facts.name)
def test_every_activation_goes_through_without_a_warning(activation):
    X, _ = data()
    units = 4
    net = MLP([Dense(np.ones((INPUTS, units)) / 3, None, activation), Dense(np.ones((units, 2)))])
    found = diagnose(net, X)
    known = isinstance(activation, Elementwise)
    assert (found.evidence.layers[0].saturated is not None) == known


def test_the_size_of_a_derivative_is_its_own():
    grid = np.linspace(-64, 64, 256_001)
    for activation in catalogue:
        found = sensitivity(activation)
        if found is None:
            assert not isinstance(activation, Elementwise)
            continue
        slopes = np.abs(activation.derivative(grid))
        if activation.facts.name != "exponential":
            assert float(found.maximum) == pytest.approx(slopes.max(), rel=1e-3)
        assert float(found.threshold) == pytest.approx(0.01 * float(found.maximum))


def test_a_custom_activation_and_one_with_a_parameter_per_unit():
    half = Custom("half_tanh", lambda a: 0.5 * np.tanh(a), lambda a: 0.5 / np.cosh(a) ** 2)
    assert float(sensitivity(half).maximum) == pytest.approx(0.5)
    slopes = PReLU((0.5, 3.0))
    np.testing.assert_allclose(sensitivity(slopes).maximum, [1.0, 3.0])
    X, _ = data()
    net = MLP([Dense(np.ones((INPUTS, 2)), None, slopes), Dense(np.ones((2, 1)), None, half)])
    assert measured(net, X).layers[0].saturated.shape == (2,)


def test_duplicates_are_pairs_with_the_first_of_their_kind():
    X, y = data()
    X[:, 3], X[:, 6] = 2 * X[:, 1] - 5, -X[:, 1]
    found = measured(MLP([Dense(np.ones((INPUTS, 3)), None, "softmax")]), X, y, block=50)
    assert [pair[:2] for pair in found.inputs.duplicates] == [(1, 3), (1, 6)]
    assert found.inputs.duplicates[1][2] == pytest.approx(-1.0)


@pytest.mark.parametrize("block", [3, 64, 1000])
def test_the_first_number_that_is_not_finite_is_the_first_of_the_network(block):
    X, y = data()
    X[200, 2], X[90, 5], X[91, 0] = np.nan, np.inf, np.nan
    found = measured(network(), X, y, block=block)
    assert found.not_finite == (1, "x", 91)
    assert found.samples == SAMPLES - 3
    kept = np.isfinite(X).all(axis=1)
    np.testing.assert_allclose(found.layers[0].mean_a, network().trace(X[kept])[0].a.mean(axis=0))


def test_where_the_first_look_sees_nothing_finite_another_is_taken():
    X = np.full((30_000, INPUTS), np.nan)
    X[-1] = 1.0
    found = measured(network(), X)
    assert found.samples == 1
    assert found.not_finite == (1, "x", 1)


def test_weights_and_sums_that_are_not_finite_have_a_place():
    X, _ = data("float32")
    W = np.ones((INPUTS, 2), np.float32)
    W[0, 0] = np.nan
    assert measured(MLP([Dense(W), Dense(np.ones((2, 1), np.float32))]), X).not_finite == (1, "W", 0)
    huge = MLP([Dense(np.full((INPUTS, 2), 1e38, np.float32)), Dense(np.ones((2, 1), np.float32))])
    X = np.ones((4, INPUTS), np.float32) * np.array([[0.01], [0.02], [3.0], [4.0]], np.float32)
    assert measured(huge, X).not_finite == (1, "a", 3)


def test_numbers_near_the_end_of_the_type_give_no_warning():
    X, y = data()
    net = MLP([Dense(np.full((INPUTS, 3), 1e200), None, relu), Dense(np.full((3, 3), 1e90), None, "softmax")])
    assert diagnose(net, X, y).findings


def test_what_does_not_fit_is_refused():
    net = network()
    X, y = data()
    for arguments, words in (
        ((net, np.empty((0, INPUTS))), "X has no samples"),
        ((net, X[:, :3]), "takes \\(samples, 7\\)"),
        ((net, X, y[:-1]), "X has 300 samples but y has 299"),
        ((net, X, y + 3), "needs class numbers from 0 to 2"),
        (("net", X), "the type str cannot be made a network; expected an MLP"),
        ((net, X, y, "square"), "no loss is called"),
    ):
        with pytest.raises(InputError, match=words):
            diagnose(*arguments)
    with pytest.raises(InputError, match="course must be"):
        diagnose(net, X, y, course="fast")


def test_the_loss_of_the_output_activation_is_taken_with_a_note():
    X, y = data()
    found = diagnose(network(), X, y)
    assert found.evidence.loss == losses.categorical_cross_entropy
    assert "categorical_cross_entropy is taken" in found.evidence.notes[0]
    one = diagnose(MLP([Dense(np.ones((INPUTS, 1)), None, "tanh")]), X, y)
    assert one.evidence.loss == losses.squared
    assert "none belongs to the output activation tanh: squared is taken" in one.evidence.notes[0]
    tanh = MLP([Dense(np.ones((INPUTS, 3)), None, "tanh")])
    reasons = {outcome.reason for outcome in diagnose(tanh, X, y).not_measured}
    assert "no loss was given, and none belongs to the output activation tanh; give loss=" in reasons
    assert diagnose(MLP([Dense(np.ones((INPUTS, 1)))]), X, y).evidence.loss == losses.squared
    assert diagnose(MLP([Dense(np.ones((INPUTS, 1)), None, sigmoid)]), X, y > 1).evidence.loss == (
        losses.binary_cross_entropy
    )
