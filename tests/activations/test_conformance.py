"""What every activation keeps to, over the whole catalogue."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer.activations import AlongAxis, Elementwise, HardSigmoid, HardTanh, PReLU, catalogue, get
from tests.activations.cases import ALONG_AXIS, ELEMENTWISE, SETTINGS

FLOATS = (np.float16, np.float32, np.float64)
X = np.array([[-700.0, -3.7, -1.0, -0.3], [0.0, 0.4, 0.9, 1.1], [2.5, 6.5, 90.0, 800.0]])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308])
EVERY = pytest.mark.parametrize("activation", catalogue, ids=repr)
EVERY_ELEMENTWISE = pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
EVERY_SETTING = pytest.mark.parametrize("activation", SETTINGS, ids=repr)
EVERY_ALONG_AXIS = pytest.mark.parametrize("activation", ALONG_AXIS, ids=repr)

NAMES = [
    "identity",
    "step",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "prelu",
    "relu6",
    "thresholded_relu",
    "elu",
    "celu",
    "selu",
    "gelu",
    "gelu_tanh",
    "silu",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "softplus",
    "softsign",
    "mish",
    "log_sigmoid",
    "soft_shrink",
    "hard_shrink",
    "tanh_shrink",
    "squareplus",
    "exponential",
    "gaussian",
    "softmax",
    "log_softmax",
    "softmin",
    "sparsemax",
    "hardmax",
]


def same(found, expected):
    """Equal, the signs of zeros included."""
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


class TestCatalogue:
    def test_is_complete(self):
        assert sorted(entry.facts.name for entry in catalogue) == sorted(NAMES)

    @EVERY
    def test_ready_instances_stand_under_their_names(self, activation):
        assert getattr(activations, activation.facts.name) is activation
        assert getattr(activations, type(activation).__name__)() == activation

    def test_no_name_is_taken_twice(self):
        names = [name for entry in catalogue for name in (entry.facts.name, *entry.facts.aliases)]
        assert len(names) == len(set(names))

    @EVERY
    def test_every_name_is_found(self, activation):
        for name in (activation.facts.name, *activation.facts.aliases):
            assert get(name) is activation
            assert get(name.upper().replace("_", "-")) is activation

    @EVERY
    def test_facts_are_whole(self, activation):
        facts = activation.facts
        assert facts.formula
        assert facts.derivative
        assert facts.latex
        assert facts.range.low < facts.range.high
        assert list(facts.kinks) == sorted(facts.kinks)
        hash(facts)

    def test_unknown_names_and_parameters(self):
        with pytest.raises(InputError, match="relu"):
            get("rleu")
        with pytest.raises(InputError, match="no parameter 'alpha'; expected 'slope'"):
            get("leaky_relu", alpha=0.1)
        with pytest.raises(InputError, match="low must be below high"):
            HardTanh(low=1.0, high=-1.0)
        for bad in (math.nan, math.inf, "0.1", True, None, (0.1, 0.2)):
            with pytest.raises(InputError, match="slope must be a finite number"):
                get("leaky_relu", slope=bad)


class TestValueObjects:
    @EVERY_SETTING
    def test_equal_hashed_copied_pickled(self, activation):
        for twin in (pickle.loads(pickle.dumps(activation)), copy.deepcopy(activation)):  # noqa: S301
            assert twin == activation
            assert hash(twin) == hash(activation)
            same(twin(X), activation(X))
        assert eval(repr(activation), vars(activations)) == activation  # noqa: S307

    def test_parameters_tell_apart(self):
        assert get("leaky_relu", slope=0.2) != get("leaky_relu")
        assert get("leaky_relu", slope=0.25) != get("prelu")

    @EVERY
    def test_frozen(self, activation):
        with pytest.raises(AttributeError):
            activation.slope = 3.0


class TestArrays:
    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_type_and_shape_stay(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        for shaped in (x, x.T, x[:, ::2], x[::-1], np.asfortranarray(x), np.broadcast_to(x[0], (2, 4))):
            result = activation(shaped)
            assert (result.dtype, result.shape) == (kind, shaped.shape)
            same(result, activation(np.ascontiguousarray(shaped)))
        for empty in (np.zeros((0, 3), kind), np.zeros((3, 0), kind)):
            assert activation(empty).shape == empty.shape
            assert activation(empty).dtype == kind

    @EVERY_ELEMENTWISE
    @pytest.mark.parametrize("kind", FLOATS)
    def test_derivative_type_and_shape_stay(self, activation, kind):
        for shaped in (X.astype(kind), X.astype(kind).T, np.zeros((0, 3), kind)):
            result = activation.derivative(shaped)
            assert (result.dtype, result.shape) == (kind, shaped.shape)

    @EVERY_ELEMENTWISE
    @pytest.mark.parametrize("kind", FLOATS)
    def test_single_numbers(self, activation, kind):
        for result in (activation(kind(0.4)), activation.derivative(kind(0.4))):
            assert isinstance(result, kind)
        assert isinstance(activation(0.4), np.float64)
        assert activation(kind(0.4)) == activation(np.array([0.4], kind))[0]

    @EVERY
    def test_integers_and_booleans_become_float64(self, activation):
        for kind in (np.int8, np.uint16, np.int64, np.bool_):
            x = np.array([[1, 0, 1]], kind)
            same(activation(x), activation(x.astype(np.float64)))
        same(activation([[1, 2]]), activation(np.array([[1.0, 2.0]])))

    @EVERY
    def test_other_types_are_refused(self, activation):
        for x in (np.array([1j]), np.array(["a"]), np.array([None])):
            with pytest.raises(
                TypeError, match=r"takes float16, float32, float64|not supported for the input types"
            ):
                activation(x)

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_inputs_are_never_changed(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        x.flags.writeable = False
        before = x.copy()
        result = activation(x)
        slope = activation.derivative(x)
        activation.vjp(x, result, result)
        same(x, before)
        assert not np.shares_memory(result, x)
        assert not np.shares_memory(slope, x)
        assert result.flags.writeable

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_out(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        expected = activation(x)
        out = np.empty_like(x)
        assert activation(x, out=out) is out
        same(out, expected)
        assert activation(x, out=x) is x
        same(x, expected)

    @EVERY_ELEMENTWISE
    def test_where(self, activation):
        mask = X > 0
        out = np.full_like(X, 7.0)
        activation(X, out=out, where=mask)
        same(out, np.where(mask, activation(X), 7.0))
        activation.derivative(X, out=out, where=mask)
        same(out[mask], activation.derivative(X)[mask])

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_no_warning_escapes(self, activation, kind):
        # Warnings are errors in the whole suite.
        limits = np.finfo(kind)
        x = np.array(
            [*SPECIAL[:5], limits.max, limits.min, limits.smallest_subnormal, 1.0, -1.0, 11.0, -100.0], kind
        )
        value = activation(x)
        activation.derivative(x)
        with np.errstate(all="raise"):
            activation(x)
            activation(x, out=np.empty(x.shape, kind))
            activation.vjp(x, value, x)


class TestElementwise:
    @EVERY_SETTING
    def test_nan_stays_nan(self, activation):
        assert np.isnan(activation(np.nan))
        assert np.isnan(activation.derivative(np.nan))

    @EVERY_SETTING
    def test_only_nan_makes_nan(self, activation):
        x = SPECIAL[1:]
        assert not np.isnan(activation(x)).any()
        assert not np.isnan(activation.derivative(x)).any()

    @EVERY_SETTING
    def test_range_holds(self, activation):
        interval = activation.facts.range
        z = activation(np.concatenate([X.ravel(), np.linspace(-30, 30, 4001), SPECIAL[1:]]))
        margin = 4 * np.finfo(float).eps * np.maximum(1.0, np.abs(z))
        assert (z >= interval.low - margin).all()
        assert (z <= interval.high + margin).all()

    @EVERY_SETTING
    def test_ends_of_the_range_are_approached(self, activation):
        interval = activation.facts.range
        kinks = np.array(activation.facts.kinks)
        scale = max([1.0, *np.abs(kinks)], default=1.0)
        around = (kinks[:, np.newaxis] + np.array([-1e-6, 0.0, 1e-6])).ravel()
        x = np.concatenate([np.linspace(-9, 9, 40001) * scale, SPECIAL[1:], around])
        if activation.facts.name == "silu":
            x = np.concatenate(
                [x, -1.2784645427610738 / activation.parameters[0] * np.linspace(0.99, 1.01, 201)]
            )
        z = activation(x)
        for end, found in ((interval.low, z.min()), (interval.high, z.max())):
            assert found == end or math.isclose(found, end, rel_tol=1e-6, abs_tol=1e-4)

    @EVERY_SETTING
    def test_the_derivative_jumps_at_the_kinks_and_nowhere_else(self, activation):
        def jumps(at, step=1e-9):
            left, right = (activation.derivative(np.float64(at + s)) for s in (-step, step))
            values = activation(np.array([at - step, at + step]))
            return abs(left - right) > 1e-6 or abs(values[0] - values[1]) > 1e-6

        if activation.facts.name in {"squareplus", "silu", "softplus", "celu"}:
            assert activation.facts.kinks == ()
            return
        for kink in activation.facts.kinks:
            assert jumps(kink) or activation(kink + 1e-9) == activation(kink) == 0.0
        for at in (-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 6.0):
            if all(abs(at - kink) > 1e-6 for kink in activation.facts.kinks):
                assert not jumps(at)

    @EVERY_SETTING
    def test_derivative_is_the_limit_of_differences(self, activation):
        x = np.linspace(-7.03, 7.04, 141)
        step = 2.0**-12
        for kink in activation.facts.kinks:
            x = x[np.abs(x - kink) > 2 * step]
        if any(p > 1e100 or p < 1e-100 for p in np.abs(activation.parameters) if p != 0):
            x = x[np.abs(x) > 0.1]
        differences = (activation(x + step) - activation(x - step)) / (2 * step)
        scale = np.maximum(1.0, np.abs(activation(x)))
        assert (np.abs(activation.derivative(x) - differences) <= 1e-5 * scale).all()

    @EVERY_SETTING
    def test_vjp_is_the_derivative_times_the_gradient(self, activation):
        dz = np.linspace(-1, 1, X.size).reshape(X.shape)
        same(activation.vjp(X, activation(X), dz), dz * activation.derivative(X))

    @EVERY_ELEMENTWISE
    @settings(max_examples=20)
    @given(
        x=hnp.arrays(
            st.sampled_from([np.float32, np.float64]),
            hnp.array_shapes(max_dims=3, max_side=5),
            elements=st.floats(width=32),
        )
    )
    def test_elementwise_means_one_by_one(self, activation, x):
        for function in (activation, activation.derivative):
            one_by_one = np.array([function(v) for v in x.ravel()], x.dtype).reshape(x.shape)
            same(np.nan_to_num(function(x), nan=7.0), np.nan_to_num(one_by_one, nan=7.0))

    @pytest.mark.parametrize(
        "activation",
        [
            s
            for s in SETTINGS
            if s.facts.name not in {"gelu", "gelu_tanh", "silu", "mish", "hard_swish", "gaussian"}
        ],
        ids=repr,
    )
    @settings(max_examples=20)
    @given(data=st.data())
    def test_monotone(self, activation, data):
        number = st.floats(-50, 50)
        x = np.sort(data.draw(hnp.arrays(np.float64, 8, elements=number)))
        if activation.facts.name in {"leaky_relu", "thresholded_relu"}:
            x = x[x > max(0.0, *activation.parameters)]
        z = activation(x)
        assert (np.diff(z) >= -8 * np.spacing(np.abs(z[1:]))).all()


class TestDefinitions:
    """Values that are a matter of definition."""

    @pytest.mark.parametrize(
        ("name", "at", "derivative"),
        [
            ("step", 0.0, 0.0),
            ("relu", 0.0, 0.0),
            ("leaky_relu", 0.0, 0.01),
            ("prelu", 0.0, 0.25),
            ("relu6", 0.0, 0.0),
            ("relu6", 6.0, 0.0),
            ("thresholded_relu", 1.0, 0.0),
            ("elu", 0.0, 1.0),
            ("celu", 0.0, 1.0),
            ("selu", 0.0, 1.7580993408473768),
            ("hard_sigmoid", -3.0, 0.0),
            ("hard_sigmoid", 3.0, 0.0),
            ("hard_swish", -3.0, 0.0),
            ("hard_swish", 3.0, 1.0),
            ("hard_tanh", -1.0, 0.0),
            ("hard_tanh", 1.0, 0.0),
            ("soft_shrink", 0.5, 0.0),
            ("soft_shrink", -0.5, 0.0),
            ("hard_shrink", 0.5, 0.0),
            ("hard_shrink", -0.5, 0.0),
        ],
    )
    def test_derivative_at_kinks(self, name, at, derivative):
        # The side that PyTorch 2.13 takes, compared with it when this table was written.
        assert get(name).derivative(at) == derivative

    @pytest.mark.parametrize(
        ("name", "at", "value"),
        [
            *(
                (name, 0.0, 0.0)
                for name in ("step", "relu", "gelu", "silu", "mish", "tanh", "softsign", "elu")
            ),
            *(
                (name, -0.0, -0.0)
                for name in ("identity", "tanh", "gelu", "silu", "elu", "selu", "celu", "softsign")
            ),
            *((name, -0.0, 0.0) for name in ("step", "relu", "relu6", "soft_shrink", "hard_shrink")),
            *((name, -np.inf, -0.0) for name in ("gelu", "gelu_tanh", "silu", "mish")),
            *(
                (name, np.inf, np.inf)
                for name in ("gelu", "gelu_tanh", "silu", "mish", "softplus", "tanh_shrink")
            ),
            *((name, -np.inf, 0.0) for name in ("sigmoid", "relu", "hard_swish", "softplus", "squareplus")),
            ("softsign", np.inf, 1.0),
            ("softsign", -np.inf, -1.0),
            ("elu", -np.inf, -1.0),
            ("log_sigmoid", np.inf, -0.0),
            ("log_sigmoid", -np.inf, -np.inf),
            ("hard_swish", -3.0, 0.0),
            ("thresholded_relu", 1.0, 0.0),
            ("gaussian", np.inf, 0.0),
        ],
    )
    def test_value_at_special_points(self, name, at, value):
        same(get(name)(at), value)

    def test_slope_0_at_minus_infinity(self):
        same(get("leaky_relu", slope=0.0)(-np.inf), 0.0)

    def test_smallest_float32(self):
        assert activations.sigmoid(np.float32(-100)) == np.float32(3.783506e-44)

    def test_three_hard_sigmoids(self):
        x = np.array([-4.0, -2.0, -0.5, 0.0, 0.8, 2.75, 3.5])
        np.testing.assert_allclose(activations.hard_sigmoid(x), np.clip(x / 6 + 0.5, 0, 1), atol=1e-16)
        np.testing.assert_allclose(HardSigmoid(0.2, 0.5)(x), np.clip(0.2 * x + 0.5, 0, 1), atol=1e-16)
        np.testing.assert_allclose(HardSigmoid(0.5, 0.5)(x), np.clip((x + 1) / 2, 0, 1), atol=1e-16)
        x = np.linspace(-4, 4, 8001)
        gap = np.abs(activations.hard_sigmoid(x) - HardSigmoid(0.2, 0.5)(x)).max()
        np.testing.assert_allclose(gap, 0.0833, atol=1e-4)

    def test_two_gelus(self):
        x = np.linspace(-5, 5, 10001)
        gap = np.abs(activations.gelu(x) - activations.gelu_tanh(x)).max()
        np.testing.assert_allclose(gap, 4.73e-4, atol=1e-6)

    def test_prelu_per_unit(self):
        activation = PReLU(slope=[0.1, 0.5, -1.0])
        x = np.array([[-1.0, -2.0, -3.0], [4.0, 5.0, 6.0]], np.float32)
        np.testing.assert_array_equal(activation(x), np.array([[-0.1, -1.0, 3.0], [4, 5, 6]], np.float32))
        assert activation(x).dtype == np.float32
        np.testing.assert_array_equal(activation.derivative(x)[0], np.array([0.1, 0.5, -1.0], np.float32))
        assert pickle.loads(pickle.dumps(activation)) == activation  # noqa: S301
        assert hash(activation) == hash(PReLU((0.1, 0.5, -1.0)))

    @EVERY
    def test_trainable_tells_whether_the_derivative_carries_signal(self, activation):
        x = np.array([[0.3, 0.4, -0.2]])
        slope = activation.derivative(x if isinstance(activation, AlongAxis) else np.linspace(-3, 3, 20))
        assert bool(np.any(slope)) == activation.facts.trainable


class TestAlongAxis:
    @EVERY_ALONG_AXIS
    @pytest.mark.parametrize("axis", [0, 1, 2, -1])
    def test_any_axis(self, activation, axis):
        x = np.random.default_rng(3).normal(size=(2, 3, 4))
        expected = np.moveaxis(activation(np.moveaxis(x, axis, -1)), -1, axis)
        same(activation(x, axis=axis), expected)
        dz = np.random.default_rng(4).normal(size=x.shape)
        moved = (np.moveaxis(array, axis, -1) for array in (x, expected, dz))
        same(activation.vjp(x, expected, dz, axis=axis), np.moveaxis(activation.vjp(*moved), -1, axis))

    @EVERY_ALONG_AXIS
    def test_rows_do_not_know_each_other(self, activation):
        x = np.random.default_rng(5).normal(size=(4, 7), scale=2)
        same(activation(x), np.array([activation(row) for row in x]))

    @EVERY_ALONG_AXIS
    def test_vjp_is_the_limit_of_differences(self, activation):
        rng = np.random.default_rng(6)
        x, dz, step = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 2.0**-14
        found = activation.vjp(x, activation(x), dz)
        assert found.shape == x.shape
        for j in range(x.shape[1]):
            shift = np.zeros(5)
            shift[j] = step
            differences = (activation(x + shift) - activation(x - shift)) / (2 * step)
            np.testing.assert_allclose(found[:, j], (dz * differences).sum(axis=1), atol=1e-6)

    @EVERY_ALONG_AXIS
    def test_derivative_is_the_jacobian(self, activation):
        x = np.random.default_rng(8).normal(size=(2, 4, 3))
        jacobian = activation.derivative(x, axis=1)
        assert jacobian.shape == (2, 3, 4, 4)
        dz = np.random.default_rng(9).normal(size=x.shape)
        product = np.einsum("bui,buij->buj", np.moveaxis(dz, 1, -1), jacobian)
        np.testing.assert_allclose(
            activation.vjp(x, activation(x, axis=1), dz, axis=1), np.moveaxis(product, -1, 1), atol=1e-14
        )

    @EVERY_ALONG_AXIS
    def test_single_numbers_have_no_axis(self, activation):
        with pytest.raises(ValueError, match=r"along an axis|does not have enough dimensions"):
            activation(1.0)

    @EVERY_ALONG_AXIS
    def test_nan_fills_its_row_and_no_other(self, activation):
        x = np.array([[1.0, np.nan, 2.0], [1.0, 0.0, 2.0]])
        z = activation(x)
        assert np.isnan(z[0]).all()
        assert not np.isnan(z[1]).any()
        da = activation.vjp(x, z, np.ones_like(x))
        assert np.isnan(da[0]).all()
        assert not np.isnan(da[1]).any()

    def test_infinities(self):
        masked = np.array([-np.inf, 0.0, 0.0])
        same(activations.softmax(masked), [0.0, 0.5, 0.5])
        same(activations.sparsemax(masked), [0.0, 0.5, 0.5])
        same(activations.softmin(-masked), [0.0, 0.5, 0.5])
        same(activations.hardmax(masked), [0.0, 1.0, 0.0])
        assert activations.log_softmax(masked)[0] == -np.inf
        for row in ([np.inf, 0.0], [np.inf, np.inf], [-np.inf, -np.inf]):
            for activation in (activations.softmax, activations.log_softmax, activations.sparsemax):
                assert np.isnan(activation(row)).all()
        same(activations.hardmax([0.0, np.inf, np.inf]), [0.0, 1.0, 0.0])

    @given(
        hnp.arrays(
            np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-1e6, 1e6)
        )
    )
    def test_probabilities(self, x):
        for activation in (
            activations.softmax,
            activations.softmin,
            activations.sparsemax,
            activations.hardmax,
        ):
            z = activation(x)
            assert (z >= 0).all()
            assert (z <= 1 + 1e-15).all()
            np.testing.assert_allclose(z.sum(axis=1), 1.0, rtol=1e-13)
        np.testing.assert_allclose(
            np.exp(activations.log_softmax(x)), activations.softmax(x), rtol=1e-9, atol=1e-300
        )


def test_every_activation_is_of_one_of_the_two_kinds():
    assert all(isinstance(entry, Elementwise | AlongAxis) for entry in catalogue)
