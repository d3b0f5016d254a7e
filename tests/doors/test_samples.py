"""Samples in every type, order of bytes, layout, class and container: at each door the numbers of a plain copy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from multilayer import InputError, backend
from multilayer.activations import get
from tests.doors.arrays import FRAMES, KINDS, LAYOUTS, NO_FRAMES, NO_NUMBERS, SEQUENCES, X, by_package
from tests.doors.doors import ESTIMATORS, OWN, UFUNCS, network

EVERY = {**OWN, **UFUNCS, **ESTIMATORS}
NATIVE = backend.info().backend == "native"

pytestmark = [
    pytest.mark.filterwarnings("ignore:X has feature names:UserWarning"),
    pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),  # PyTorch's own
]


@cache
def _plain(door: str, dtype: type, of: type) -> np.ndarray:
    return EVERY[door](network(dtype), X.astype(of))


def _check(door: str, given, dtype: type = np.float32) -> None:
    try:
        found = EVERY[door](network(dtype), given)
    except (TypeError, ValueError, NotImplementedError) as error:
        # What goes through NumPy's ufuncs or scikit-learn may be refused there, in their words, which an estimator's
        # `diagnose` passes on as an InputError.
        if door in OWN or (isinstance(error, InputError) and door not in ESTIMATORS):
            raise
        return
    # An estimator takes float32 for what it is, and all else as float64; a ufunc takes float16 as well.
    for of in (np.float64, np.float32, np.float16)[: 1 if door in OWN else 3]:
        expected = _plain(door, dtype, of)
        if found.shape == expected.shape:
            # The bits of NumPy's products depend on how their operands lie; those of the core do not.
            tolerance = 0.0 if NATIVE and door in OWN else 1e-6 if dtype is np.float32 else 1e-11
            if np.allclose(found, expected, rtol=tolerance, atol=tolerance):
                return
    np.testing.assert_array_equal(found, _plain(door, dtype, np.float64))


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_type_and_order_of_bytes(door, dtype):
    for kind in KINDS:
        _check(door, X.astype(kind), dtype)
    _check(door, [[bool(row[0]), *row[1:]] for row in X.tolist()], dtype)


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_subclass(door, layout):
    for kind in ("f4", "f8", ">f8", "i8", "g"):
        given = LAYOUTS[layout](X.astype(kind))
        before = np.array(given)
        _check(door, given)
        np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize("door", EVERY)
def test_booleans_and_rows_that_are_one(door):
    for given in (X > 1, np.broadcast_to(X[3], X.shape)):
        try:
            found = EVERY[door](network(), given)
        except (TypeError, ValueError):
            assert door not in OWN
        else:
            expected = EVERY[door](network(), given.astype(np.float64))
            np.testing.assert_allclose(found, expected, 0.0 if NATIVE else 1e-5, 0.0 if NATIVE else 1e-6)


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("kind", ["<f4", "<f8", ">f8", "<i4"])
def test_memory_maps(door, offset, kind, tmp_path):
    (tmp_path / "X").write_bytes(b"\0" * offset + X.astype(kind).tobytes())
    _check(door, np.memmap(tmp_path / "X", kind, "r", offset, X.shape))


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_sequences_and_objects(door, sequence):
    _check(door, SEQUENCES[sequence](X))


@pytest.mark.parametrize("door", EVERY)
@pytest.mark.parametrize("frame", by_package(FRAMES))
def test_frames_and_arrays_of_others(door, frame):
    _, make = FRAMES[frame]
    _check(door, make(X))


@pytest.mark.parametrize("door", [*OWN, "softmax"])
@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_holds_no_numbers_is_refused(door, what):
    _refused(door, NO_NUMBERS[what](X))


@pytest.mark.parametrize("door", ESTIMATORS)
@pytest.mark.parametrize(
    "what", ["complex", "masked values", "rows with masked values", "ragged lists", "void"]
)
def test_estimators_refuse_masks_too(door, what):
    _refused(door, NO_NUMBERS[what](X))  # text that spells numbers is taken as scikit-learn takes it


@pytest.mark.parametrize("name", ["sigmoid", "leaky_relu", "prelu"])
def test_elementwise_functions_keep_a_mask(name):
    given = np.ma.array(X, mask=X == 2)
    found = get(name)(given)
    np.testing.assert_array_equal(found.mask, X == 2)
    np.testing.assert_array_equal(found.compressed(), get(name)(X[X != 2]))


def test_the_jacobian_refuses_a_mask():
    with pytest.raises(InputError, match="x has 1 masked value"):
        get("softmax").derivative(np.ma.array([1.0, 2.0], mask=[True, False]))


@pytest.mark.parametrize("door", OWN)
@pytest.mark.parametrize("frame", by_package(NO_FRAMES))
def test_a_column_that_holds_no_numbers_is_named(door, frame):
    _, make = NO_FRAMES[frame]
    message = _refused(door, make(X))
    if "lazy" not in frame and door != "separability":
        assert "column 'b'" in message


def _refused(door: str, given) -> str:
    with pytest.raises(InputError if door in OWN else (TypeError, ValueError)) as refusal:
        EVERY[door](network(), given)
    assert len(str(refusal.value).splitlines()) == 1 or door not in OWN
    return str(refusal.value)
