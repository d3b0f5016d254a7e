"""`facts.onnx` names the operator that computes exactly this: run by ONNX Runtime, or ONNX's own evaluator."""

import numpy as np
import pytest

from multilayer.activations import catalogue, get

X = np.concatenate([np.linspace(-9, 9, 73), [-30.5, 30.5]]).astype(np.float32).reshape(5, 15)

# The attributes (or further inputs) that stand for our parameters.
ATTRIBUTES = {
    "leaky_relu": {"alpha": 0.01},
    "thresholded_relu": {"alpha": 1.0},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "gelu": {"approximate": "none"},
    "gelu_tanh": {"approximate": "tanh"},
    "silu": {"alpha": 1.0},
    "hard_sigmoid": {"alpha": 1 / 6, "beta": 0.5},
    "soft_shrink": {"bias": 0.5, "lambd": 0.5},
    "hard_shrink": {"bias": 0.0, "lambd": 0.5},
}
INPUTS = {"prelu": (0.25,), "relu6": (0.0, 6.0), "hard_tanh": (-1.0, 1.0)}

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("activation", [a for a in catalogue if a.facts.onnx], ids=repr)
def test_operator_computes_the_same(activation):
    import onnx
    from onnx import reference

    facts = activation.facts
    constants = [np.array(v, np.float32) for v in INPUTS.get(facts.name, ())]
    names = [f"c{i}" for i in range(len(constants))]
    node = onnx.helper.make_node(facts.onnx, ["x", *names], ["y"], **ATTRIBUTES.get(facts.name, {}))
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node],
        "one",
        [onnx.helper.make_tensor_value_info("x", kind, X.shape)],
        [onnx.helper.make_tensor_value_info("y", kind, X.shape)],
        [onnx.numpy_helper.from_array(c, n) for c, n in zip(constants, names, strict=True)],
    )
    version = 24 if facts.onnx == "Swish" else 22
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", version)], ir_version=10
    )
    onnx.checker.check_model(model)
    if facts.onnx == "Swish":
        found = reference.ReferenceEvaluator(model).run(None, {"x": X})[0]
    else:
        import onnxruntime as runtime

        found = runtime.InferenceSession(model.SerializeToString()).run(None, {"x": X})[0]
    # Not to the last digit: tails are where ONNX Runtime itself is off, and constants are float32 there.
    np.testing.assert_allclose(activation(X), found, rtol=3e-6, atol=3e-7)


def test_softplus_with_beta_is_no_operator():
    assert get("softplus").facts.onnx == "Softplus"
    assert get("softplus", beta=2.0).facts.onnx is None
