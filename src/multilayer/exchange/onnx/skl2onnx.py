"""Converters of our estimators for skl2onnx, so that they are converted alone and in pipelines of scikit-learn.

The only importer of skl2onnx. Nodes are those of our own writer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.exchange.onnx.data_types import NUMBERS
from multilayer.exchange.onnx.emitter import Emitter, label_table, layers_into
from multilayer.exchange.onnx.tables import answers_into, quantity_into
from multilayer.network.labels import labels_of
from multilayer.tables import Model

__all__ = ["register_skl2onnx"]

_LEAST_OPSET, _LEAST_FOR_TABLES = 17, 19
_OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False], "output_class_labels": [False, True]}


def register_skl2onnx() -> None:
    """Make skl2onnx convert the estimators of `multilayer.estimators`, alone and as steps of pipelines.

    Called once, before `skl2onnx.to_onnx`. What it writes runs in ONNX Runtime without operators of its own. An
    estimator of tables takes an input for each column, as a data frame has them.

    Raises
    ------
    ImportError
        Where skl2onnx or scikit-learn is not installed.

    Examples
    --------
    ::

        from multilayer.exchange import register_skl2onnx

        register_skl2onnx()
        model = skl2onnx.to_onnx(make_pipeline(StandardScaler(), multilayer.estimators.MLPClassifier()).fit(X, y), X)
    """
    from skl2onnx import update_registered_converter

    from multilayer import estimators

    for kind, convert, shapes, options in (
        (estimators.MLPClassifier, _classifier, _classifier_shapes, _OPTIONS),
        (estimators.MLPRegressor, _regressor, _regressor_shapes, None),
        (estimators.TabularClassifier, _classifier, _classifier_shapes, _OPTIONS),
        (estimators.TabularRegressor, _regressor, _regressor_shapes, None),
    ):
        update_registered_converter(kind, f"Multilayer{kind.__name__}", shapes, convert, options=options)


def _classifier_shapes(operator: Any) -> None:
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType

    model, count = operator.raw_operator, operator.inputs[0].get_first_dimension()
    classes = len(model.classes_)
    several = _has_several_labels(model)
    sizes = [count, classes] if several else [count]
    kind = Int64TensorType if several or _labels(operator).dtype.kind == "i" else StringTensorType
    operator.outputs[0].set_type(kind(sizes))
    operator.outputs[1].set_type(_floats_of(operator)([count, classes]))


def _regressor_shapes(operator: Any) -> None:
    outputs = getattr(operator.raw_operator, "n_outputs_", 1)
    operator.outputs[0].set_type(_floats_of(operator)([operator.inputs[0].get_first_dimension(), outputs]))


def _floats_of(operator: Any) -> Any:
    """Return the type of the outputs: float64 where the inputs are, else float32."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    doubles = any(isinstance(one.type, DoubleTensorType) for one in operator.inputs)
    return DoubleTensorType if doubles else FloatTensorType


def _has_several_labels(model: Any) -> bool:
    return hasattr(model, "network_") and model.network_.classes is None


class _Nodes:
    """The nodes of our writer, put into the container of skl2onnx with names that are free there."""

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:
        self._scope, self._operator, self._container = scope, operator, container
        single = _floats_of(operator).__name__ == "FloatTensorType"
        self.dtype = np.dtype(np.float32 if single else np.float64)
        self.emitter = Emitter(self.dtype, container.target_opset)
        self.emitter.begin("multilayer", 0)
        self.o = self.emitter.o

    def check_opset(self, least: int) -> None:
        """Refuse an older version of operators than are written."""
        if self.emitter.opset < least:
            raise InputError(
                "target_opset is {opset}; expected {least} or a later one",
                opset=self.emitter.opset,
                least=least,
            )

    def x(self) -> str:
        """Return the samples as one matrix of floats."""
        parts = [self.emitter.cast(one.full_name, self.dtype.name) for one in self._operator.inputs]
        return parts[0] if len(parts) == 1 else self.o("Concat", *parts, axis=1)

    def columns(self, model: Model) -> dict[str, str]:
        """Return the value of each column: an input of its own, or a column of the one input, in order."""
        inputs = {one.raw_name: one for one in self._operator.inputs}
        names = [schema.name for schema in model.encoder.schema]
        if len(inputs) == 1 and not set(names) <= inputs.keys():
            return self._columns_of_array(next(iter(inputs.values())))
        missing = next((name for name in names if name not in inputs), None)
        if missing is not None:
            raise InputError("the inputs have no column {name}", name=quoted(missing))
        return {
            schema.name: self._typed(inputs[schema.name], schema.kind, schema.name)
            for schema in model.encoder.schema
        }

    def _columns_of_array(self, value: Any) -> dict[str, str]:
        estimator = self._operator.raw_operator
        names = getattr(estimator, "feature_names_in_", None)
        if names is None:
            names = [f"x{place}" for place in range(1, estimator.n_features_in_ + 1)]
        x = self.emitter.cast(value.full_name, "float64")
        places = {str(name): np.array([place], np.int64) for place, name in enumerate(names)}
        return {
            name: self.o("Gather", x, self.emitter.constant(place), axis=1) for name, place in places.items()
        }

    def _typed(self, value: Any, kind: str, name: str) -> str:
        is_text = type(value.type).__name__ == "StringTensorType"
        if is_text != (kind == "category"):
            raise InputError(
                "the input {name} has the type {type}; expected that of a {kind}, as in training",
                name=quoted(name),
                type=type(value.type).__name__,
                kind=kind,
            )
        return str(value.full_name) if is_text else self.emitter.cast(value.full_name, "float64")

    def finish(self, *outputs: str) -> None:
        """Put all nodes and constants into the container, and the values into the outputs."""
        for value, output in zip(outputs, self._operator.outputs, strict=True):
            self.o("Identity", value)
            self.emitter.rename(output.full_name)
        kept = {one.full_name for one in (*self._operator.inputs, *self._operator.outputs)}
        names: dict[str, str] = {"": ""}

        def name_of(name: str) -> str:
            if name not in names:
                names[name] = name if name in kept else self._scope.get_unique_variable_name(name)
            return names[name]

        for name, array in self.emitter.constants.items():
            is_text = array.dtype.kind in "OU"
            values = [str(text).encode() for text in array.flat] if is_text else array.reshape(-1)
            kind = NUMBERS["string" if is_text else array.dtype.name]
            self._container.add_initializer(name_of(name), kind, list(array.shape), values)
        for node in self.emitter.nodes:
            inputs, made = [name_of(one) for one in node.inputs], [name_of(one) for one in node.outputs]
            name = self._scope.get_unique_operator_name(node.operator)
            self._container.add_node(node.operator, inputs, made, name=name, **node.attributes)


def _outputs(nodes: _Nodes, estimator: Any) -> str:
    """Return what a network gives, or the mean answers of a model of a table."""
    if hasattr(estimator, "model_"):
        nodes.check_opset(_LEAST_FOR_TABLES)
        return answers_into(nodes.emitter, estimator.model_, nodes.columns(estimator.model_))
    nodes.check_opset(_LEAST_OPSET)
    return layers_into(nodes.emitter, estimator.network_.astype(nodes.dtype), nodes.x())


def _classifier(scope: Any, operator: Any, container: Any) -> None:
    estimator = operator.raw_operator
    nodes = _Nodes(scope, operator, container)
    p = _outputs(nodes, estimator)
    nodes.emitter.begin("multilayer", 0)
    if hasattr(estimator, "model_"):
        from multilayer.estimators.tabular import class_order

        p = nodes.o("Gather", p, nodes.emitter.constant(class_order(estimator)), axis=1)
        p = nodes.emitter.cast(p, nodes.dtype.name)
    elif estimator.n_outputs_ == 1:
        p = nodes.o("Concat", nodes.o("Sub", 1.0, p), p, axis=1)
    if _has_several_labels(estimator):
        nodes.finish(nodes.emitter.cast(nodes.o("Greater", p, 0.5), "int64"), p)
        return
    place = nodes.o("ArgMax", p, axis=1, keepdims=0)
    labels = nodes.emitter.constant(_labels(operator), keep=True)
    nodes.finish(nodes.o("Gather", labels, place, axis=0), p)


def _labels(operator: Any) -> NDArray[Any]:
    """Return labels as skl2onnx has them: texts or int64, truth values as 0 and 1; numbers with the option nocl."""
    classes = operator.raw_operator.classes_
    if operator.scope_inst.get_options(operator.raw_operator, {"nocl": False})["nocl"]:
        return np.arange(len(classes))
    table, kind = label_table(labels_of(classes) or ())
    return table if kind == "string" else table.astype(np.int64)


def _regressor(scope: Any, operator: Any, container: Any) -> None:
    estimator = operator.raw_operator
    nodes = _Nodes(scope, operator, container)
    y = _outputs(nodes, estimator)
    nodes.emitter.begin("multilayer", 0)
    if hasattr(estimator, "model_"):
        y = nodes.emitter.cast(quantity_into(nodes.emitter, estimator.model_, y), nodes.dtype.name)
    nodes.finish(y)
