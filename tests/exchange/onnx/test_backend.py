"""ONNX's own backend tests of the operators that a dense network can hold, through our reader."""

import re
import warnings

import numpy as np
import pytest
from onnx import numpy_helper

from multilayer import InputError
from multilayer.exchange.onnx import protobuf
from multilayer.exchange.onnx.external import Sidecar
from multilayer.exchange.onnx.reader import network_of

pytestmark = [pytest.mark.oracle, pytest.mark.slow]

OPERATORS = (
    "batchnorm|celu|clip|elu|exp|flatten|gelu|gemm|hardmax|hardsigmoid|hardswish|identity|leakyrelu|logsoftmax|matmul|"
    "mish|prelu|relu|selu|shrink|sigmoid|softmax|softplus|softsign|swish|tanh|thresholdedrelu"
)
SUITE = re.compile(rf"test_(?:{OPERATORS})(?:_.*)?$")

EXCLUDED = {
    r".*_expanded.*": "the definition of an operator as a function, with shapes that are computed from the data",
    r"test_clip_default_int8.*": "integers, which no network has",
    r"test_identity_(sequence|opt)": "a sequence, an optional value: no tensors",
}
"""Names that are not run, and why."""

ALONG, NO_LAYER = "a network of dense layers has no such operator", "it has no layer"
REFUSED = {
    r"test_(softmax|logsoftmax|hardmax)_axis_[01]": ("it runs along an axis that is not the last", ALONG),
    r"test_flatten_(axis1|default_axis)": ("it has no layer", NO_LAYER),
    r"test_flatten_(axis[023]|negative_axis.)": ("it joins other axes than those of a sample", "its axis is"),
    r"test_batchnorm_(example|epsilon)": (
        "it normalizes the second of four axes",
        "3 numbers, but there are 5",
    ),
    r"test_batchnorm_.*_training_mode": ("it is in training mode", "several outputs"),
    r"test_gemm_(transposeA|all_attributes)": ("it takes samples as columns", "samples as columns"),
    r"test_gemm_default_matrix_bias": ("a bias for each sample", "a number for each column"),
    r"test_matmul_(3d|4d|bcast|1d_3d)": ("a matrix for each sample", "its weights have the shape"),
    r"test_clip_default_(max|inbounds)": ("one bound alone, or none: hard_tanh has two", ALONG),
    r"test_clip_min_greater_than_max": ("bounds in the wrong order", ALONG),
    r"test_selu(_example)?": ("other numbers than those of selu", ALONG),
    r"test_identity": ("it has no layer", NO_LAYER),
    r"test_prelu_example": (
        "a slope for each number of a sample of several axes",
        "a number for each column",
    ),
    r"test_mish": ("10,000 columns without weights", "too many or unknown columns"),
}
"""Names that are refused; why, and what the message says."""


def cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases

        found = [case for case in collect_testcases(None) if SUITE.match(case.name)]
    return {case.name: case for case in found if not any(re.fullmatch(one, case.name) for one in EXCLUDED)}


CASES = cases()


def network_and_samples(case):
    """The network of a model, whose inputs but the first are weights, and its samples as rows."""
    (x, *weights), (expected, *_) = case.data_sets[0]
    model = type(case.model)()
    model.CopyFrom(case.model)
    for value, array in zip(list(model.graph.input)[1:], weights, strict=True):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(array), value.name))
    network, _, _ = network_of(protobuf.model_of(model.SerializeToString(), Sidecar(None)))
    return network, x.reshape(-1, x.shape[-1]), expected


@pytest.mark.parametrize(
    "name", [name for name in CASES if not any(re.fullmatch(one, name) for one in REFUSED)]
)
def test_cases(name):
    case = CASES[name]
    network, x, expected = network_and_samples(case)
    found = network(x.astype(network.dtype)).reshape(expected.shape)
    rtol, atol = (case.rtol, case.atol) if expected.dtype.itemsize > 2 else (1e-2, 1e-2)
    np.testing.assert_allclose(found, expected.astype(network.dtype), rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", [name for name in CASES if any(re.fullmatch(one, name) for one in REFUSED)])
def test_what_no_network_holds(name):
    _, message = next(found for one, found in REFUSED.items() if re.fullmatch(one, name))
    with pytest.raises(InputError, match=message):
        network_and_samples(CASES[name])


def test_every_exclusion_is_of_a_case():
    assert [one for one in REFUSED if not any(re.fullmatch(one, name) for name in CASES)] == []


def test_the_suite_is_there():
    assert len(CASES) > 80
