"""The types that ONNX knows by numbers (TensorProto.DataType), by their names."""

from __future__ import annotations

__all__ = ["FLOATS", "KINDS", "NUMBERS"]

KINDS = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    16: "bfloat16",
}
NUMBERS = {kind: number for number, kind in KINDS.items()}
FLOATS = ("float32", "float64", "float16", "bfloat16")
