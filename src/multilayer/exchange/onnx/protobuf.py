"""ONNX's protocol buffers to plain values and back: the only importer of the package onnx."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, MissingExtraError, located
from multilayer._base.text import one_line, quoted
from multilayer.exchange.onnx.data_types import KINDS, NUMBERS
from multilayer.exchange.onnx.external import Sidecar
from multilayer.exchange.onnx.graph import Graph, Node, Value

__all__ = ["SPECIAL", "evaluator", "model_of", "serialized"]

_TYPED = {"float32": "float_data", "float64": "double_data", "int64": "int64_data", "string": "string_data"}
"""Where a tensor has its numbers when it has no raw bytes; all other types have int32_data."""
_MOST_NODES = 20_000
_MOST_AXES = 8
_MOST_ENTRIES = 1_000_000
_LONGEST_TEXT = 2**16
SPECIAL = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("ONNX", "onnx", "onnx") from error
    return onnx


def model_of(data: bytes, sidecar: Sidecar) -> Graph:
    """Return the graph in the bytes of a model.

    Raises
    ------
    InputError
        When they are none, or hold a subgraph, a sparse tensor, or a tensor that is not as large as its shape.
    """
    onnx = _onnx()
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception as error:  # noqa: BLE001  (of protobuf, whose class has changed its place)
        raise InputError(
            "not a model of ONNX ({kind}); its bytes are damaged", kind=type(error).__name__
        ) from None
    graph = model.graph
    if not graph.node and not graph.output:
        raise InputError("expected a model of ONNX, found no graph in it")
    if len(graph.node) > _MOST_NODES:
        raise InputError(
            "its graph has {count} nodes; expected {most} at most", count=len(graph.node), most=_MOST_NODES
        )
    if graph.sparse_initializer or graph.quantization_annotation:
        raise InputError("it has sparse or quantized tensors; give the model as it was before")
    opsets = {_word(entry.domain): int(entry.version) for entry in model.opset_import}
    opset = max((opsets.get(domain, 0) for domain in SPECIAL), default=0)
    if not 1 <= opset <= 1000:
        raise InputError("it does not say which version of ONNX's operators it uses")
    constants = {}
    for tensor in graph.initializer:
        name = _word(tensor.name)
        with located(f"tensor {quoted(name)}"):
            if name in constants:
                raise InputError("it is there twice")
            constants[name] = _array(tensor, sidecar)
    nodes = [_node(node, sidecar) for node in graph.node]
    for node in nodes:
        _check_inputs(node, opset if node.domain == "" else opsets.get(node.domain, 0))
    metadata = {_word(entry.key): _word(entry.value) for entry in model.metadata_props}
    producer = one_line(f"{_word(model.producer_name)} {_word(model.producer_version)}".strip(), 60)
    inputs = tuple(_value(value) for value in graph.input if _word(value.name) not in constants)
    return Graph(tuple(nodes), constants, inputs, tuple(map(_value, graph.output)), opset, metadata, producer)


def _node(proto: Any, sidecar: Sidecar) -> Node:
    domain = "" if proto.domain in SPECIAL else _word(proto.domain)
    inputs, outputs = tuple(map(_word, proto.input)), tuple(map(_word, proto.output)) or ("",)
    bare = Node(_word(proto.op_type), domain, _word(proto.name), inputs, outputs, {})
    with located(str(bare)):
        attributes: dict[str, Any] = {}
        for entry in proto.attribute:
            name = _word(entry.name)
            if name in attributes:
                raise InputError("its attribute {name} is there twice", name=quoted(name))
            attributes[name] = _attribute(entry, sidecar)
    return Node(bare.operator, domain, bare.name, bare.inputs, bare.outputs, attributes)


def _check_inputs(node: Node, version: int) -> None:
    """Refuse a node with more or fewer inputs than its operator has in this version of ONNX's operators."""
    schemas = _onnx().defs
    try:
        schema = schemas.get_schema(node.operator, version, node.domain)
    except schemas.SchemaError:
        return  # an operator that ONNX does not have: whoever takes the node refuses it
    if not schema.min_input <= len(node.inputs) <= schema.max_input:
        raise InputError(
            "{node}: its operator does not take this number of inputs, {found}",
            node=node,
            found=len(node.inputs),
        )


def _attribute(entry: Any, sidecar: Sidecar) -> Any:
    """Return an attribute: a number, text, a tuple of them, or an array."""
    kinds = {1: "f", 2: "i", 3: "s", 4: "t", 6: "floats", 7: "ints", 8: "strings"}
    if entry.ref_attr_name or entry.type not in kinds:
        raise InputError(
            "its attribute {name} is a subgraph or the like; expected numbers", name=quoted(entry.name)
        )
    value = getattr(entry, kinds[entry.type])
    if entry.type == 4:
        return _array(value, sidecar)
    if entry.type in (6, 7, 8):
        if len(value) > _MOST_ENTRIES:
            raise InputError(
                "its attribute {name} has {value} entries", name=quoted(entry.name), value=len(value)
            )
        return tuple(_text_of(entry, one) for one in value) if entry.type == 8 else tuple(value)
    return _text_of(entry, value) if entry.type == 3 else value


def _text_of(entry: Any, data: bytes) -> str:
    """Return a text of an attribute: a word that chooses between forms, or a label."""
    if len(data) > _LONGEST_TEXT:
        raise InputError(
            "its attribute {name} has a text of {count:,} bytes; expected {most:,} at most",
            name=quoted(entry.name),
            count=len(data),
            most=_LONGEST_TEXT,
        )
    return _text(data)


def _word(text: Any) -> str:
    """Return a string of a message; protobuf gives bytes where it is not UTF-8."""
    if not isinstance(text, str):
        raise InputError("a name in it is not UTF-8; its bytes are damaged")
    return text


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("a text in it is not UTF-8") from None


def _array(tensor: Any, sidecar: Sidecar) -> NDArray[Any]:
    """Return a tensor as an array of its own type; bfloat16 becomes float32."""
    kind = KINDS.get(tensor.data_type)
    if kind is None:
        raise InputError(
            "it holds numbers of type {data_type}; expected float32 or float64", data_type=tensor.data_type
        )
    shape = tuple(tensor.dims)
    if len(shape) > _MOST_AXES or any(size < 0 for size in shape):
        raise InputError("it has the shape {shape}", shape=one_line(str(shape[:9]), 60))
    if tensor.HasField("segment"):
        raise InputError("it is one segment of a tensor; expected whole tensors")
    count = math.prod(shape)
    if kind == "string":
        if count != len(tensor.string_data):
            raise InputError(
                "its shape takes {count} texts, found {found}", count=count, found=len(tensor.string_data)
            )
        return np.array([_text(text) for text in tensor.string_data], object).reshape(shape)
    stored = np.dtype("<u2") if kind == "bfloat16" else np.dtype(kind).newbyteorder("<")
    if tensor.data_location == 1:
        entries = {_word(entry.key): _word(entry.value) for entry in tensor.external_data}
        raw = sidecar.read(entries, count * stored.itemsize)
        return _numbers(np.frombuffer(raw, stored), kind, shape)
    if tensor.raw_data or not count:
        if len(tensor.raw_data) != count * stored.itemsize:
            raise InputError(
                "its shape takes {count} bytes, found {found}",
                count=count * stored.itemsize,
                found=len(tensor.raw_data),
            )
        return _numbers(np.frombuffer(tensor.raw_data, stored), kind, shape)
    values = getattr(tensor, _TYPED.get(kind, "int32_data"))
    if len(values) != count:
        raise InputError("its shape takes {count} numbers, found {values}", count=count, values=len(values))
    if kind in ("float16", "bfloat16"):
        bits = np.array(values, np.int64).astype(np.uint16)
        return _numbers(bits if kind == "bfloat16" else bits.view(np.float16), kind, shape)
    return _numbers(np.array(values, np.int64 if stored.kind in "iub" else stored), kind, shape)


def _numbers(flat: NDArray[Any], kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if kind == "bfloat16":
        return (flat.astype(np.uint32) << 16).view(np.float32).reshape(shape)
    return np.asarray(flat.reshape(shape).astype(kind))


def _value(proto: Any) -> Value:
    tensor = proto.type.tensor_type if proto.type.HasField("tensor_type") else None
    if tensor is None:
        return Value(_word(proto.name), "", None)
    shape = None
    if tensor.HasField("shape"):
        axes = tensor.shape.dim
        shape = tuple(int(axis.dim_value) if axis.HasField("dim_value") else None for axis in axes)
    return Value(_word(proto.name), KINDS.get(tensor.elem_type, ""), shape)


def serialized(graph: Graph, ir_version: int, documentation: str) -> bytes:
    """Return the bytes of a model."""
    onnx = _onnx()
    helper = onnx.helper
    proto = helper.make_graph(
        [_proto(helper, node) for node in graph.nodes],
        "network",
        [_declared(helper, value) for value in graph.inputs],
        [_declared(helper, value) for value in graph.outputs],
        [_tensor(helper, name, array) for name, array in graph.constants.items()],
    )
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", graph.opset)],
        ir_version=ir_version,
        producer_name="multilayer",
        producer_version=graph.producer,
        doc_string=documentation,
    )
    for key, value in graph.metadata.items():
        model.metadata_props.add(key=key, value=value)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _proto(helper: Any, node: Node) -> Any:
    return helper.make_node(node.operator, node.inputs, node.outputs, name=node.name, **node.attributes)


def _declared(helper: Any, value: Value) -> Any:
    shape: Sequence[int | str] = ["samples" if size is None else size for size in value.shape or ()]
    return helper.make_tensor_value_info(value.name, NUMBERS[value.kind], shape)


def _tensor(helper: Any, name: str, array: NDArray[Any]) -> Any:
    if array.dtype.kind in "OU":
        texts = [str(text).encode() for text in array.flat]
        return helper.make_tensor(name, NUMBERS["string"], array.shape, texts)
    data = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    return helper.make_tensor(name, NUMBERS[array.dtype.name], array.shape, data, raw=True)


def evaluator(path: Path) -> Any:
    """Return ONNX's own evaluator of a model: slow, and of nearly every operator; None for others, and without onnx."""
    try:
        from onnx.reference import ReferenceEvaluator
        from onnx.reference.op_run import OpRun
    except ImportError:
        return None

    class Erf(OpRun):  # type: ignore[misc]
        """The evaluator's own rounds to float32 in every type."""

        def _run(self, x: NDArray[Any]) -> tuple[NDArray[Any]]:
            return (np.vectorize(math.erf, otypes=[x.dtype.char])(x),)

    try:
        return ReferenceEvaluator(str(path), new_ops=[Erf])
    except Exception:  # noqa: BLE001  (its own classes of errors)
        return None
