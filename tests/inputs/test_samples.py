"""Samples in every type, order of bytes, layout, class and container: at each entry the numbers of a plain copy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from multilayer import InputError, backend
from multilayer.activations import get
from tests.inputs.arrays import FRAMES, KINDS, LAYOUTS, NO_FRAMES, NO_NUMBERS, SEQUENCES, X, by_package
from tests.inputs.entry_points import ESTIMATORS, OWN, UFUNCS, network

EVERY = {**OWN, **UFUNCS, **ESTIMATORS}
NATIVE = backend.info().backend == "native"

pytestmark = [
    pytest.mark.filterwarnings("ignore:X has feature names:UserWarning"),
    pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),  # PyTorch's own
]


@cache
def _plain(entry: str, dtype: type, of: type) -> np.ndarray:
    return EVERY[entry](network(dtype), X.astype(of))


def _check(entry: str, given, dtype: type = np.float32) -> None:
    try:
        found = EVERY[entry](network(dtype), given)
    except (TypeError, ValueError, NotImplementedError) as error:
        # What goes through NumPy's ufuncs or scikit-learn may be refused there, in their words, which an estimator's
        # `diagnose` passes on as an InputError.
        if entry in OWN or (isinstance(error, InputError) and entry not in ESTIMATORS):
            raise
        return
    # An estimator takes float32 for what it is, and all else as float64; a ufunc takes float16 as well.
    for of in (np.float64, np.float32, np.float16)[: 1 if entry in OWN else 3]:
        expected = _plain(entry, dtype, of)
        if found.shape == expected.shape:
            # The bits of NumPy's products depend on how their operands lie; those of the core do not.
            tolerance = 0.0 if NATIVE and entry in OWN else 1e-6 if dtype is np.float32 else 1e-11
            if np.allclose(found, expected, rtol=tolerance, atol=tolerance):
                return
    np.testing.assert_array_equal(found, _plain(entry, dtype, np.float64))


@pytest.mark.parametrize("entry", EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_type_and_order_of_bytes(entry, dtype):
    for kind in KINDS:
        _check(entry, X.astype(kind), dtype)
    _check(entry, [[bool(row[0]), *row[1:]] for row in X.tolist()], dtype)


@pytest.mark.parametrize("entry", EVERY)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_subclass(entry, layout):
    for kind in ("f4", "f8", ">f8", "i8", "g"):
        given = LAYOUTS[layout](X.astype(kind))
        before = np.array(given)
        _check(entry, given)
        np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize("entry", EVERY)
def test_booleans_and_rows_that_are_one(entry):
    for given in (X > 1, np.broadcast_to(X[3], X.shape)):
        try:
            found = EVERY[entry](network(), given)
        except (TypeError, ValueError):
            assert entry not in OWN
        else:
            expected = EVERY[entry](network(), given.astype(np.float64))
            np.testing.assert_allclose(found, expected, 0.0 if NATIVE else 1e-5, 0.0 if NATIVE else 1e-6)


@pytest.mark.parametrize("entry", EVERY)
@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("kind", ["<f4", "<f8", ">f8", "<i4"])
def test_memory_maps(entry, offset, kind, tmp_path):
    (tmp_path / "X").write_bytes(b"\0" * offset + X.astype(kind).tobytes())
    _check(entry, np.memmap(tmp_path / "X", kind, "r", offset, X.shape))


@pytest.mark.parametrize("entry", EVERY)
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_sequences_and_objects(entry, sequence):
    _check(entry, SEQUENCES[sequence](X))


@pytest.mark.parametrize("entry", EVERY)
@pytest.mark.parametrize("frame", by_package(FRAMES))
def test_frames_and_arrays_of_others(entry, frame):
    _, make = FRAMES[frame]
    _check(entry, make(X))


@pytest.mark.parametrize("entry", [*OWN, "softmax"])
@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_holds_no_numbers_is_refused(entry, what):
    _refused(entry, NO_NUMBERS[what](X))


@pytest.mark.parametrize("entry", ESTIMATORS)
@pytest.mark.parametrize(
    "what", ["complex", "masked values", "rows with masked values", "ragged lists", "void"]
)
def test_estimators_refuse_masks_too(entry, what):
    _refused(entry, NO_NUMBERS[what](X))  # text that spells numbers is taken as scikit-learn takes it


@pytest.mark.parametrize("name", ["sigmoid", "leaky_relu", "prelu"])
def test_elementwise_functions_keep_a_mask(name):
    given = np.ma.array(X, mask=X == 2)
    found = get(name)(given)
    np.testing.assert_array_equal(found.mask, X == 2)
    np.testing.assert_array_equal(found.compressed(), get(name)(X[X != 2]))


def test_the_jacobian_refuses_a_mask():
    with pytest.raises(InputError, match="x has 1 masked value"):
        get("softmax").derivative(np.ma.array([1.0, 2.0], mask=[True, False]))


@pytest.mark.parametrize("entry", OWN)
@pytest.mark.parametrize("frame", by_package(NO_FRAMES))
def test_a_column_that_holds_no_numbers_is_named(entry, frame):
    _, make = NO_FRAMES[frame]
    message = _refused(entry, make(X))
    if "lazy" not in frame and entry != "separability":
        assert "column 'b'" in message


def _refused(entry: str, given) -> str:
    with pytest.raises(InputError if entry in OWN else (TypeError, ValueError)) as refusal:
        EVERY[entry](network(), given)
    assert len(str(refusal.value).splitlines()) == 1 or entry not in OWN
    return str(refusal.value)
