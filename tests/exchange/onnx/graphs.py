"""Small graphs of ONNX made by its helpers."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

KINDS = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64}


def model(nodes, constants, inputs=("x",), outputs=("y",), *, opset=17, width=3, kind="float32", **kinds):
    """Return a model: nodes as (operator, inputs, outputs, attributes), constants by name."""
    made = [
        helper.make_node(operator, names, outs, name=f"n{place}", **attributes)
        for place, (operator, names, outs, attributes) in enumerate(nodes)
    ]
    graph = helper.make_graph(
        made,
        "g",
        [helper.make_tensor_value_info(name, KINDS[kind], ["N", width]) for name in inputs],
        [
            helper.make_tensor_value_info(
                name, KINDS[kinds.get(name, kind)], None if name in kinds else ["N", None]
            )
            for name in outputs
        ],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def saved(path, nodes, constants, **more):
    """Write such a model, and return the path."""
    path.write_bytes(model(nodes, constants, **more).SerializeToString())
    return path


def dense(W="W", b="b", x="x", y="a"):
    """A Gemm."""
    return ("Gemm", [x, W, b], [y], {})


rng = np.random.default_rng(5)
W = rng.standard_normal((3, 4)).astype(np.float32)
B = rng.standard_normal(4).astype(np.float32)
WEIGHTS = {"W": W, "b": B}
