"""Every loss against its definition in mpmath, at sensible and at absurd points."""

import mpmath
import numpy as np
import pytest

from multilayer import InputError, activations, losses
from multilayer.activations import (
    Custom,
    Interval,
    Surrogate,
    exponential,
    hardmax,
    identity,
    log_sigmoid,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softmin,
    softplus,
    sparsemax,
    tanh,
)
from multilayer.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Quantile,
    binary_cross_entropy,
    catalogue,
    categorical_cross_entropy,
    poisson,
)

mpmath.mp.dps = 60
mpf = mpmath.mpf


def entropy(y, p):
    return mpf(0) if y == 0 else -mpf(y) * mpmath.log(p)


DEFINITIONS = {
    "squared": lambda z, y: (z - y) ** 2 / 2,
    "absolute": lambda z, y: abs(z - y),
    "mean_squared_error": lambda z, y: (z - y) ** 2,
    "mean_absolute_error": lambda z, y: abs(z - y),
    "huber": lambda z, y: (z - y) ** 2 / 2 if abs(z - y) <= 1 else abs(z - y) - mpf(1) / 2,
    "quantile": lambda z, y: abs(z - y) / 2,
    "binary_cross_entropy": lambda z, y: entropy(y, z) + entropy(1 - y, 1 - z),
    "poisson": lambda z, y: z - y - (0 if y == 0 else y * mpmath.log(z / y)),
}


@pytest.mark.parametrize("loss", [loss for loss in catalogue if loss.facts.name in DEFINITIONS], ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_is_the_definition(loss, dtype):
    rng = np.random.default_rng(1)
    low, high = max(loss.facts.outputs.low, -50.0), min(loss.facts.outputs.high, 50.0)
    z = rng.uniform(low, high, (40, 1)).astype(dtype)
    y = np.round(rng.uniform(low, high, (40, 1)) * 4) / 4
    found = loss.values(loss.targets(y, 1), z, z, identity)
    expected = [
        DEFINITIONS[loss.facts.name](mpf(float(a)), mpf(float(b)))
        for a, b in zip(z.ravel(), y.ravel(), strict=True)
    ]
    assert found.dtype == dtype
    np.testing.assert_allclose(
        found, np.array(expected, dtype=float), rtol=8 * np.finfo(dtype).eps, atol=1e-14
    )


@pytest.mark.parametrize("loss", catalogue, ids=repr)
def test_outputs_of_a_sample_are_summed_or_averaged_and_types_kept(loss):
    rng = np.random.default_rng(2)
    z = softmax(rng.normal(size=(5, 3)))
    y = loss.targets(softmax(rng.normal(size=(5, 3))), 3)
    each = sum(loss.formula(z[:, [i]], y[:, [i]])[:, 0] for i in range(3))
    each = each / 3 if loss.facts.name.startswith("mean_") else each  # a loss named "mean" is a mean
    np.testing.assert_allclose(loss.values(y, z, z, identity), each, rtol=1e-14)
    single = z.astype(np.float32)
    for array in (
        loss.values(y, single, single, identity),
        loss.dz(y, single),
        loss.da(y, single, single, identity),
    ):
        assert array.dtype == np.float32


A = np.array([[-800.0], [-40.0], [-2.5], [-1e-9], [0.0], [0.3], [17.0], [40.0], [800.0]])


@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("activation", [sigmoid, log_sigmoid], ids=repr)
def test_binary_cross_entropy_is_right_in_the_tails(y, activation):
    t = np.full_like(A, y)
    z = activation(A)
    values = binary_cross_entropy.values(t, A, z, activation)
    gradient = binary_cross_entropy.da(t, A, z, activation)
    for a, value, slope in zip(A[:, 0], values, gradient[:, 0], strict=True):
        with mpmath.workdps(800):
            exact = mpmath.log1p(mpmath.exp(mpf(a))) - mpf(a) * y
            exact_slope = 1 / (1 + mpmath.exp(-mpf(a))) - y
            assert value == pytest.approx(float(exact), rel=4e-16)
            assert slope == pytest.approx(
                float(exact_slope), rel=8e-16, abs=0.0 if y in (0.0, 1.0) else 1e-16
            )


@pytest.mark.parametrize("activation", [softmax, log_softmax], ids=repr)
def test_categorical_cross_entropy_is_right_in_the_tails(activation):
    rng = np.random.default_rng(3)
    a = np.concatenate([rng.normal(scale=s, size=(6, 4)) for s in (0.1, 3, 50, 2000)])
    labels = rng.integers(4, size=len(a))
    z = activation(a)
    values = categorical_cross_entropy.values(labels, a, z, activation)
    gradient = categorical_cross_entropy.da(labels, a, z, activation)
    with mpmath.workdps(60):
        for row, label, value, slope in zip(a, labels, values, gradient, strict=True):
            powers = [mpmath.exp(mpf(v) - mpf(row.max())) for v in row]
            p = [power / sum(powers) for power in powers]
            assert value == pytest.approx(float(-mpmath.log(p[label])), rel=1e-15, abs=1e-300)
            expected = [float(q - (i == label)) for i, q in enumerate(p)]
            np.testing.assert_allclose(slope, expected, rtol=1e-14, atol=3e-16)
    one_hot = np.eye(4)[labels]
    np.testing.assert_array_equal(values, categorical_cross_entropy.values(one_hot, a, z, activation))


def test_masked_class_counts_nothing():
    a = np.array([[0.0, -np.inf, 1.0]])
    assert np.isfinite(categorical_cross_entropy.values(np.array([2]), a, softmax(a), softmax)).all()


def test_poisson_with_the_log_link():
    a = np.array([[-700.0], [-1.0], [0.0], [3.0], [600.0]])
    y = np.array([[0.0], [2.0], [1.0], [0.0], [5.0]])
    found = poisson.values(y, a, exponential(a), exponential)
    expected = [
        float(DEFINITIONS["poisson"](mpmath.exp(mpf(v)), mpf(t))) for (v,), (t,) in zip(a, y, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    np.testing.assert_allclose(poisson.da(y, a, exponential(a), exponential), np.exp(a) - y, rtol=1e-15)


@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [
        (binary_cross_entropy, sigmoid, np.array([[1.0], [0.0], [0.5]])),
        (categorical_cross_entropy, softmax, np.array([[0.2, 0.8], [1.0, 0.0], [0.5, 0.5]])),
        (poisson, exponential, np.array([[3.0], [0.0], [0.5]])),
    ],
    ids=repr,
)
def test_fused_and_plain_agree(loss, activation, y):
    a = np.random.default_rng(4).normal(size=y.shape)
    z = activation(a)
    np.testing.assert_allclose(loss.values(y, a, z, activation), loss.values(y, a, z, identity), rtol=1e-13)
    plain = activation.vjp(a, z, loss.dz(y, z))
    np.testing.assert_allclose(loss.da(y, a, z, activation), plain, rtol=1e-12, atol=1e-15)


def test_an_output_of_zero_is_a_large_mistake_with_a_way_out():
    z = np.array([[1.0, 0.0]])
    value = categorical_cross_entropy.values(np.array([1]), z, z, sparsemax)
    assert 30 < value[0] < 40
    assert categorical_cross_entropy.dz(np.array([1]), z)[0, 1] < -1e15


def test_derivatives_at_kinks_and_parameters():
    zero = np.zeros((1, 1))
    assert losses.absolute.dz(zero, zero) == 0.0
    assert Quantile(0.9).dz(zero, zero) == 0.0
    assert Quantile(0.9).dz(zero + 1, zero) == -0.9
    assert Quantile(0.9).dz(zero, zero + 1) == pytest.approx(0.1)
    assert Huber(2.0).values(zero, zero, zero + 5.0, identity) == 2.0 * (5.0 - 1.0)


def test_label_smoothing():
    a = np.array([[0.3, -0.2, 0.1]])
    smooth = CategoricalCrossEntropy(label_smoothing=0.3)
    by_hand = np.array([[0.1, 0.1, 0.8]])
    z = softmax(a)
    assert smooth.values(np.array([2]), a, z, softmax) == pytest.approx(
        categorical_cross_entropy.values(by_hand, a, z, softmax)
    )
    np.testing.assert_allclose(smooth.da(np.array([2]), a, z, softmax), z - by_hand, rtol=1e-14)
    one = a[:, :1]
    np.testing.assert_allclose(
        BinaryCrossEntropy(label_smoothing=0.2).da(np.ones((1, 1)), one, sigmoid(one), sigmoid),
        sigmoid(one) - 0.9,
        rtol=1e-14,
    )


def test_names():
    assert losses.get("Squared-Error") is losses.squared
    assert losses.get("huber", delta=2.0) == Huber(2.0)
    assert losses.get(poisson) is poisson
    with pytest.raises(InputError, match=r"no loss is called 'poison'; did you mean 'poisson'"):
        losses.get("poison")
    with pytest.raises(InputError, match="has no parameter 'detla'; did you mean 'delta'"):
        losses.get("huber", detla=1.0)
    with pytest.raises(InputError, match="a loss is a name or a Loss"):
        losses.get(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Huber(0.0), "Huber: delta must be a finite number, above 0; got 0.0"),
        (lambda: Quantile(1.0), "Quantile: q must be"),
        (lambda: Quantile(True), "Quantile: q must be"),
        (lambda: BinaryCrossEntropy(1.0), "label_smoothing must be a finite number, at least 0, below 1"),
        (lambda: Huber(float("nan")), "delta"),
    ],
)
def test_parameters_out_of_limits(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("loss", "activation", "message"),
    [
        (
            "bce",
            tanh,
            r"needs outputs in \[0, 1\], but the output activation tanh takes values in \(-1, 1\); use sigmoid",
        ),
        ("cce", identity, "use softmax"),
        ("poisson", identity, "use exponential, or softplus"),
    ],
)
def test_output_activation_has_to_fit(loss, activation, message):
    with pytest.raises(InputError, match=message):
        losses.get(loss).check(activation, 3)


@pytest.mark.parametrize("activation", [softmax, log_softmax, softmin, sparsemax], ids=repr)
@pytest.mark.parametrize("loss", catalogue, ids=repr)
def test_a_single_unit_that_gets_everything_is_refused(loss, activation):
    words = "an output unit per class" if loss.facts.distribution else "gives a single output unit the value"
    with pytest.raises(InputError, match=words):
        loss.check(activation, 1)


def test_probabilities_of_classes_sum_to_one():
    for activation in (softmax, log_softmax, softmin, sparsemax, Surrogate(hardmax, softmax)):
        categorical_cross_entropy.check(activation, 3)
    with pytest.raises(
        InputError, match=r"needs outputs that sum to 1, but those of .* sigmoid do not; use softmax"
    ):
        categorical_cross_entropy.check(sigmoid, 3)
    rows = np.random.default_rng(0).normal(size=(5, 3))
    for activation in activations.catalogue:
        if activation.facts.distribution:
            np.testing.assert_allclose(activation(rows).sum(axis=1), 1.0)


def test_output_activations_that_fit():
    poisson.check(softplus, 1)
    poisson.check(relu, 1)
    binary_cross_entropy.check(log_sigmoid, 1)
    mine = Custom("flat", lambda x: x * 0, lambda x: x * 0, range=Interval(0.0, 0.0, (True, True)))
    binary_cross_entropy.check(mine, 1)


@pytest.mark.parametrize(
    ("loss", "y", "units", "message"),
    [
        ("squared", [1.0, 2.0], 2, r"y has shape \(2,\); a network with 2 outputs needs \(samples, 2\)"),
        ("squared", [[1.0], [np.nan]], 1, "y, sample 2: squared needs finite targets"),
        ("squared", ["a"], 1, "y holds text"),
        ("squared", [[1.0], [1.0, 2.0]], 1, "different lengths"),
        ("bce", [0, 2], 1, r"y, sample 2: binary_cross_entropy needs finite targets in \[0, 1\]; found 2"),
        ("cce", [0, 3], 3, "y, sample 2: .* class numbers from 0 to 2; found 3"),
        ("cce", [0.5, 1], 3, "y, sample 1"),
        ("cce", [[0.5, 0.4, 0.0]], 3, "sum to 1; their sum is 0.9"),
        ("cce", [0, 1], 1, "an output unit per class"),
        ("poisson", [-1.0], 1, "y, sample 1"),
    ],
)
def test_targets_have_to_fit(loss, y, units, message):
    with pytest.raises(InputError, match=message):
        losses.get(loss).targets(y, units)
