"""What is saved comes back, bit for bit."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.activations import Activation, Facts, Interval, catalogue, setting
from multilayer.activations.elementwise import Elementwise
from multilayer.io import load, save
from multilayer.io.networks import FORMATS, Format
from multilayer.network import MLP, Dense
from tests.io.networks import EDGES, NETWORK, networks

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/network.json"))

every_format = pytest.mark.parametrize("format_", FORMATS, ids=lambda entry: entry.name)


def again(format_: Format, network: MLP, *activations: Activation) -> MLP:
    return format_.read(format_.write(network), "network", activations)


def bits(network: MLP) -> list[Any]:
    return [
        (layer.W.dtype, layer.W.shape, layer.W.tobytes(), layer.b.tobytes(), repr(layer.activation))
        for layer in network.layers
    ]


@every_format
@given(network=networks())
def test_every_bit_comes_back(format_: Format, network: MLP) -> None:
    found = again(format_, network)
    assert found == network
    assert bits(found) == bits(network)
    assert (found.input_names, found.classes) == (network.input_names, network.classes)


@every_format
@pytest.mark.parametrize("kind", EDGES)
def test_edges_of_the_number_line_come_back(format_: Format, kind: type[Any]) -> None:
    network = MLP([Dense(np.array([EDGES[kind]], kind), -np.array(EDGES[kind], kind), "identity")])
    assert bits(again(format_, network)) == bits(network)


@every_format
def test_every_float32_near_a_power_of_ten_comes_back(format_: Format) -> None:
    # Where rounding to float64 on the way to float32 goes wrong, it does so at short decimals.
    near = (10.0 ** np.arange(-42, 38, dtype=np.float64)).astype(np.float32).view(np.int32)
    steps = (near[:, np.newaxis] + np.arange(-50, 50, dtype=np.int32)).view(np.float32)
    network = MLP([Dense(steps, np.zeros(steps.shape[1], np.float32), "identity")])
    assert bits(again(format_, network)) == bits(network)


@every_format
@pytest.mark.parametrize("activation", catalogue, ids=lambda entry: entry.facts.name)
def test_every_activation_comes_back(format_: Format, activation: Activation) -> None:
    network = MLP([Dense([[1.0, 2.0]], [3.0, 4.0], activation)])
    assert again(format_, network) == network


@every_format
def test_writing_twice_gives_the_same_bytes(format_: Format) -> None:
    assert format_.write(NETWORK) == format_.write(pickle.loads(pickle.dumps(NETWORK)))  # noqa: S301


@every_format
def test_files_on_disk(format_: Format, tmp_path: Path) -> None:
    path = tmp_path / f"network{format_.suffix.upper()}"
    save(NETWORK, path)
    assert load(path) == NETWORK
    assert load(str(path)) == NETWORK
    with pytest.raises(InputError, match="the file is there already"):
        save(NETWORK, path, overwrite=False)


@every_format
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_not_saved(format_: Format, value: float, tmp_path: Path) -> None:
    network = MLP([Dense([[1.0]], [0.0], "sigmoid"), Dense([[1.0, value]], [0.0, 0.0])])
    path = tmp_path / f"network{format_.suffix}"
    with pytest.raises(
        InputError, match=rf"layer 2: W, row 1, column 2: expected a finite number, found {value}"
    ):
        save(network, path)
    assert not list(tmp_path.iterdir())


def test_network_json_is_laid_out_for_reading() -> None:
    text = FORMATS[0].write(NETWORK).decode()
    assert text.startswith(
        '{\n  "format": "multilayer-network",\n  "version": 1,\n  "inputs": ["x1", "x2"],\n'
    )
    assert "        [0.5, -0.2, 1.0],\n" in text
    assert '"activation": {"name": "leaky_relu", "slope": 0.2}' in text
    assert json.loads(text)["classes"] == ["no", "yes"]


def test_float32_is_written_in_its_own_shortest_digits() -> None:
    # Of the second number, 7.038531e-26 is the shortest decimal, but by way of float64 it is the next one's.
    numbers = np.array([0x3DCCCCCD, 0x15AE43FD], np.int32).view(np.float32)
    network = MLP([Dense(numbers[:1, np.newaxis], numbers[1:])])
    text = FORMATS[0].write(network).decode()
    assert "[0.1]" in text
    assert "[7.038530691851209e-26]" in text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_load(path: Path) -> None:
    network = load(path)
    assert network.input_names == ("x1", "x2")


@final
@dataclass(frozen=True)
class Cube(Elementwise):
    """An activation of a user's own, with a parameter."""

    scale: float = setting(1.0, per_unit=True)
    called: str = "cube"

    @property
    def facts(self) -> Facts:
        """Name, formulas and range."""
        return Facts(self.called, "scale a^3", "3 scale a^2", "s a^3", Interval(-np.inf, np.inf))

    @property
    def parameters(self) -> Any:
        """The number the formulas take."""
        return (np.asarray(self.scale),)

    @staticmethod
    def formula(x: NDArray[np.float64], /, scale: Any) -> NDArray[np.float64]:
        return scale * x**3

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, scale: Any) -> NDArray[np.float64]:
        return 3 * scale * x**2


@every_format
def test_a_user_defined_activation_is_given_again_at_loading(format_: Format) -> None:
    network = MLP([Dense([[1.0, 2.0]], [3.0, 4.0], Cube((2.0, -0.5)))])
    assert again(format_, network, Cube()) == network
    with pytest.raises(InputError, match="layer 1: no activation is called 'cube'"):
        again(format_, network)


@every_format
def test_an_activation_that_would_come_back_as_another_is_refused(format_: Format) -> None:
    network = MLP([Dense([[1.0]], [0.0], Cube(called="logistic"))])
    with pytest.raises(InputError, match="layer 1: an activation of your own is called 'logistic'"):
        format_.write(network)


@every_format
def test_a_name_that_is_not_text_is_refused(format_: Format) -> None:
    with pytest.raises(InputError, match="is not text"):
        format_.write(MLP([Dense([[1.0]], [0.0])], inputs=["\ud800"]))


def test_only_networks_are_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="got dict"):
        save({}, tmp_path / "network.json")  # type: ignore[arg-type]
