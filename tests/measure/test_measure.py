"""The whole catalogue is measured, and activations of one's own; what comes of it prints, and goes into JSON."""

import copy
import json
import math
import pickle

import msgspec
import numpy as np
import pytest

import multilayer
from multilayer import InputError
from multilayer._base.table import to_text
from multilayer.activations import (
    AlongAxis,
    Custom,
    PReLU,
    Properties,
    Surrogate,
    catalogue,
    get,
    measure,
    sigmoid,
    step,
)
from multilayer.measure import PROPERTIES, Effort, NoFigure, Property, comparison, document
from tests.measure.efforts import LITTLE

SCHEMA_OF = {
    "range": "low lowest_at high highest_at declared_low declared_high as_declared",
    "saturation": "fraction threshold regions probability",
    "zero_derivative": "regions probability fraction_float64 fraction_float32",
    "lipschitz": "constant attained jumps",
    "centre": "mean std constant_fraction zero_centred fixed_variance fixed_stability fixed_mean",
    "signal": "initializer weight_variance q mapped keeps_every fixed_points after_50",
    "depth": "depths width seeds confidence survivals",
    "update_direction": "per_sample of_all by_chance",
    "centring": "steps rate centred_steps centred_rate centred_steps_same_rate subtracted trainings max_steps",
    "cost": "machine backend level rounds timings",
    "accuracy": "ulp samples",
}


@pytest.fixture(scope="module")
def found():
    return {act.facts.name: measure(act, effort=LITTLE) for act in catalogue}


@pytest.mark.slow
@pytest.mark.parametrize("name", [act.facts.name for act in catalogue])
def test_every_activation_is_measured_in_full(found, name):
    each = found[name]
    assert list(each) == list(PROPERTIES) == list(SCHEMA_OF)
    for key, result in each.items():
        assert getattr(each, key) is result
        if isinstance(result, NoFigure):
            assert len(result.reason) > 10
            assert not result
        else:
            assert len(result.cells()) == len(result.headings)
            assert all(result.lines())
    card = repr(each)
    assert all(kind.title in card for kind in PROPERTIES.values())
    assert "nan" not in card


@pytest.mark.parametrize(
    "act", [act for act in catalogue if isinstance(act, AlongAxis)], ids=lambda a: a.facts.name
)
def test_along_an_axis_what_is_not_measured_has_a_reason(found, act):
    each = found[act.facts.name]
    assert {name for name, result in each.items() if result} == {"range", "depth", "cost", "accuracy"}
    assert "whole row" in each.saturation.reason


def test_cost_has_every_direction_and_type(found):
    for each in found.values():
        assert [(timing.direction, timing.dtype) for timing in each.cost.timings] == [
            ("forward", "float32"),
            ("forward", "float64"),
            ("derivative", "float32"),
            ("derivative", "float64"),
        ]
        assert all(0 < t.ns < 1e6 and t.copy_ns > 0 and 0 < t.of_relu < 1e5 for t in each.cost.timings)
        assert each.cost.rounds == LITTLE.rounds


def test_what_cannot_be_trained_has_a_reason(found):
    for name in ("step", "hardmax"):
        assert found[name].depth.chosen.median == (0.0, 0.0, 0.0)
        assert not found[name].centring
    assert "backpropagation cannot train" in found["step"].centring.reason


def test_the_same_figures_again(found):
    names = [name for name in PROPERTIES if name != "cost"]
    again = measure(sigmoid, effort=LITTLE, only=names)
    assert [again[name] for name in names] == [found["sigmoid"][name] for name in names]


def test_a_user_defined_copy_gives_the_figures_of_the_original(found):
    twin = Custom(
        "my_sigmoid", lambda a: np.where(a < 0, np.exp(-np.abs(a)), 1.0) / (1.0 + np.exp(-np.abs(a))),
        lambda a: np.exp(-np.abs(a)) / (1.0 + np.exp(-np.abs(a))) ** 2,
    )  # fmt: skip
    each, like = measure(twin, effort=LITTLE), found["sigmoid"]
    assert all(each.values())
    assert each.lipschitz.constant == pytest.approx(0.25, rel=1e-15)
    assert each.saturation.regions[0][1] == pytest.approx(like.saturation.regions[0][1], rel=1e-12)
    assert each.centre.mean == pytest.approx(0.5, abs=1e-15)
    assert each.range.as_declared is None
    assert each.update_direction.per_sample == 1.0
    assert "my_sigmoid" in repr(each)


def test_kinks_and_jumps_of_a_user_are_met_exactly():
    stairs = Custom(
        "stairs",
        lambda a: np.floor(np.clip(a, -2.0, 3.0)),
        np.zeros_like,
        kinks=(-2, -1, 0, 1, 2, 3),
        trainable=False,
    )
    each = measure(stairs, effort=LITTLE)
    expected = sum(math.erfc(step / math.sqrt(2)) / 2 for step in (-1, 0, 1, 2, 3)) - 2.0
    assert each.centre.mean == pytest.approx(expected, rel=1e-13)
    assert each.lipschitz.jumps == (-1, 0, 1, 2, 3)
    assert (each.range.low, each.range.high) == (-2.0, 3.0)


def test_a_surrogate_is_measured_as_it_trains():
    each = measure(Surrogate(step, sigmoid), effort=LITTLE)
    assert each.centre.mean == 0.5
    assert each.saturation.threshold == 0.0025
    assert each.depth.chosen.median[-1] > 0
    assert not each.accuracy


def test_slopes_per_unit_are_refused():
    with pytest.raises(InputError, match="for each unit"):
        measure(PReLU(slope=(0.1, 0.2)))


def test_unknown_names():
    with pytest.raises(InputError, match="sigmoid"):
        measure("sigmiod")
    with pytest.raises(InputError, match="lipschitz"):
        measure(sigmoid, only=["lipshitz"])
    with pytest.raises(AttributeError, match="lipschitz"):
        _ = measure(sigmoid, only=["lipschitz"]).saturation


@pytest.mark.parametrize(
    "wrong", [{"seeds": 0}, {"rounds": 1.5}, {"depths": ()}, {"depths": (5, 2)}, {"depths": (0,)}]
)
def test_efforts_that_make_no_sense(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Effort(**wrong)


def test_quick_and_only_and_tell():
    titles = []
    each = measure("tanh", only=["cost", "depth"], quick=True, progress=titles.append)
    assert list(each) == ["cost", "depth"]
    assert titles == ["cost", "gradient through depth"]
    assert each.effort.seeds < measure(sigmoid, only=[]).effort.seeds


def test_it_can_be_copied_and_pickled(found):
    each = found["relu"]
    for other in (copy.copy(each), pickle.loads(pickle.dumps(each))):  # noqa: S301
        assert dict(other) == dict(each)
        assert other.activation == each.activation


def test_the_public_names_come_when_asked_for():
    assert multilayer.activations.measure is measure
    assert isinstance(measure(sigmoid, only=[]), Properties)
    assert list(measure(sigmoid, only="range")) == ["range"]
    with pytest.raises(AttributeError, match="mesure"):
        multilayer.activations.mesure  # noqa: B018


@pytest.mark.parametrize("name", PROPERTIES)
def test_keys_of_the_json_stay(found, name):
    """A key that changes its meaning or goes needs another "version"."""
    whole = document([found["sigmoid"], found["softmax"]])
    assert (whole["format"], whole["version"]) == ("multilayer-properties", 1)
    assert list(whole["machine"]) == ["processor", "backend", "level", "numpy", "python"]
    first, second = whole["activations"]
    assert list(first) == ["activation", "parameters", "effort", "properties"]
    assert list(first["properties"][name]) == SCHEMA_OF[name].split()
    if not found["softmax"][name]:
        assert list(second["properties"][name]) == ["not_measured"]


def test_json_holds_numbers_that_are_not_finite_as_texts(found):
    whole = json.loads(msgspec.json.encode(document(list(found.values()))))
    of = {each["activation"]: each["properties"] for each in whole["activations"]}
    assert of["step"]["lipschitz"]["constant"] == "inf"
    assert of["relu"]["saturation"]["regions"] == [["-inf", 0.0]]
    assert whole["activations"][5]["parameters"] == {"slope": 0.01}
    assert "NaN" not in json.dumps(whole)


def test_comparison_has_a_row_each_and_fits(found):
    (table,) = comparison(list(found.values()))
    assert [name for name, *_ in table.rows] == [act.facts.name for act in catalogue]
    assert len(table.columns) == 1 + sum(len(kind.headings) for kind in PROPERTIES.values())
    parts = comparison(list(found.values()), 100)
    assert sum(len(part.columns) - 1 for part in parts) == len(table.columns) - 1
    assert all(len(line) <= 100 for part in parts for line in to_text([part]).splitlines())


def test_a_comparison_of_different_properties_leaves_gaps():
    (table,) = comparison([measure(sigmoid, only=["lipschitz"]), measure(step, only=["range"])])
    assert table.columns == ("activation", "range reached", "Lipschitz")
    assert [cells for _, *cells in table.rows] == [["–", "0.25"], ["0 to 1", "–"]]


def test_html_of_a_notebook_is_a_table(found):
    html = found["relu"]._repr_html_()
    assert html.startswith("<table>")
    assert html.count('scope="row"') == len(PROPERTIES)
    assert "&lt;" in found["tanh"]._repr_html_()


def test_a_new_property_needs_nothing_else(monkeypatch):
    from dataclasses import dataclass
    from typing import ClassVar

    from multilayer.measure import measured

    @dataclass(frozen=True)
    class AtOne(Property):
        name: ClassVar[str] = "at_one"
        title: ClassVar[str] = "value at 1"
        headings: ClassVar[tuple[str, ...]] = ("h(1)",)
        value: float

        @classmethod
        def measure(cls, activation, effort, /):
            return cls(float(activation(1.0)))

        def lines(self):
            return (f"{self.value:g}",)

        def cells(self):
            return (f"{self.value:g}",)

    monkeypatch.setitem(measured.PROPERTIES, "at_one", AtOne)
    each = measure(get("relu"), only=["at_one"])
    assert each.at_one.value == 1.0
    assert "value at 1" in repr(each)
    assert each.as_dict()["properties"] == {"at_one": {"value": 1.0}}
    assert comparison([each])[0].columns == ("activation", "h(1)")
