"""ONNX in and out.

Reading goes: `protobuf` (bytes to a `graph` of plain values) -> `constants` (subgraphs of weights alone) -> `walk`
(from the output back to the input: affine maps, and activations by their `algebra`) -> `multilayer.exchange.chain`.
One table, `formulas`, says how an activation is written; `recognition` finds it again.
"""
