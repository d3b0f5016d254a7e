"""The options of `fit` and `train`: shown, known to type checkers, and a wrong one is named."""

import inspect
import re
import typing
from dataclasses import replace

import numpy as np
import pytest

from multilayer import InputError, diagnose, fit, initialize, train
from multilayer.diagnosis import try_fixes
from multilayer.optimizers import SGD, Adam
from multilayer.training import Checkpoint, TrainConfig
from multilayer.training.api import Options

X = np.linspace(-1.0, 1.0, 12).reshape(-1, 1)
NET = initialize((1, 3, 1), "tanh", rng=0)
call = {"loss": "squared", "epochs": 1, "rng": 0}


def test_fit_shows_the_options_of_train():
    options = dict(inspect.signature(train).parameters)
    shown = dict(inspect.signature(fit).parameters)
    assert shown.pop("progress").default is None
    assert shown == options
    assert {"epochs", "batch_size", "optimizer", "validation", "callbacks"} <= shown.keys()
    assert shown["epochs"].default == 200
    assert all(parameter.kind is not parameter.VAR_KEYWORD for parameter in shown.values())


def test_type_checkers_see_what_train_takes():
    hints = {name: str(hint) for name, hint in Options.__annotations__.items()}
    parameters = inspect.signature(train).parameters
    keywords = {name: p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert hints.keys() == keywords.keys()
    for name, parameter in keywords.items():
        assert parameter.annotation in hints[name]
    assert typing.get_type_hints(fit)["return"].__name__ == "Trained"


@pytest.mark.parametrize("function", [fit, train])
@pytest.mark.parametrize(
    ("option", "near"),
    [("epoch", "epochs"), ("batchsize", "batch_size"), ("optimiser", "optimizer"), ("callback", "callbacks")],
)
def test_an_unknown_option_gets_a_near_match(function, option, near):
    name = function.__name__
    with pytest.raises(InputError, match=f"^{name}: no option is called '{option}'; did you mean '{near}'"):
        function(NET, X, X, **{option: 3}, **call)
    with pytest.raises(InputError, match=f"^{name}: no option is called 'verbose'; "):
        function(NET, X, X, verbose=1, **call)


@pytest.mark.parametrize(
    ("function", "option", "near"),
    [
        (initialize, "initialiser", "initializer"),
        (diagnose, "baselin", "baseline"),
        (try_fixes, "seed", "seeds"),
    ],
)
def test_so_do_the_options_of_other_functions(function, option, near):
    message = f"^{function.__name__}: no option is called '{option}'; did you mean '{near}'"
    with pytest.raises(InputError, match=message):
        function(NET, X, X, **{option: 3})
    assert near in inspect.signature(function).parameters


@pytest.mark.parametrize("function", [fit, train])
@pytest.mark.parametrize(
    ("output", "usual"),
    [("sigmoid", "binary_cross_entropy"), ("softmax", "categorical_cross_entropy"), ("relu", "squared")],
)
def test_a_missing_loss_is_named(function, output, usual):
    net = initialize((3, 2), output=output, rng=0)
    with pytest.raises(
        InputError, match=f"^no loss is given: write loss='{usual}', say, for the .* {output}$"
    ):
        function(net, X, X)


def test_a_config_holds_the_settings_and_keywords_replace_them():
    config = TrainConfig(loss="mse", optimizer="sgd", epochs=2, dropout=0.1, metrics="mae")
    whole = fit(NET, X, X, config=config, rng=0)
    options = {"loss": "mse", "optimizer": "sgd", "epochs": 2, "dropout": 0.1, "metrics": "mae"}
    assert whole.network == fit(NET, X, X, rng=0, **options).network
    assert whole.config == config
    longer = fit(NET, X, X, config=config, epochs=3, rng=0)
    assert longer.config == replace(config, epochs=3)
    assert len(longer.history) == 3


@pytest.mark.parametrize("function", [fit, train])
def test_a_config_of_another_kind_is_refused(function):
    with pytest.raises(InputError, match=r"^config must be a TrainConfig; got \{'loss': 'mse'\}$"):
        function(NET, X, X, config={"loss": "mse"})


def test_help_explains_every_option():
    for function in (fit, train):
        _, _, parameters = inspect.getdoc(function).partition("----------\n")
        explained = re.findall(r"^([\w, ]+) : ", parameters, re.MULTILINE)
        assert ", ".join(explained).split(", ") == list(inspect.signature(function).parameters)


def test_the_warning_of_fit_points_at_its_caller():
    with pytest.warns(UserWarning, match="not finite") as caught:
        fit(NET, X, X * 1e30, loss="squared", optimizer=SGD(1e30), epochs=9, rng=0)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("callbacks", [3, [3], "live", [None], Checkpoint, [Checkpoint], 1.5])
def test_callbacks_that_cannot_be_called_are_refused_before_training(callbacks):
    with pytest.raises(InputError, match=r"^callbacks, entry 1: expected a callable"):
        train(NET, X, X, callbacks=callbacks, **call)


def test_one_callback_needs_no_list():
    seen = []
    fit(NET, X, X, callbacks=seen.append, **call)
    fit(NET, X, X, callbacks=None, **call)
    assert [event.epoch for event in seen] == [1]


def test_after_takes_what_fit_returned_or_its_memory():
    first = fit(NET, X, X, **call)
    whole = fit(first.network, X, X, after=first, **call)
    assert whole.network == fit(first.network, X, X, after=first.memory, **call).network
    assert whole.network != fit(first.network, X, X, **call).network


@pytest.mark.parametrize("after", [3, "trained", NET, {}, fit])
def test_after_of_another_kind_is_refused(after):
    with pytest.raises(InputError, match=r"^after must be what an earlier fit returned, or its memory; got"):
        train(NET, X, X, after=after, **call)


def test_after_another_training_is_refused():
    first = fit(NET, X, X, optimizer=Adam(), **call)
    other = initialize((1, 4, 1), "tanh", rng=0)
    with pytest.raises(InputError, match="after holds the optimizer state of a network of another shape"):
        train(other, X, X, after=first, **call)
    with pytest.raises(InputError, match=r"after holds the state \(m, v\) of another optimizer than SGD"):
        train(NET, X, X, after=first, optimizer="sgd", **call)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ([1.0, 2.0], 'class_weight must be "balanced" or a weight per class, as'),
        (3, "class_weight must be"),
        (np.array([1.0, 2.0]), "class_weight must be"),
        ("even", "class_weight must be"),
        ({0: "heavy"}, r"class_weight\[0\] must be a finite number, at least 0; got 'heavy'"),
        ({1: np.nan}, r"class_weight\[1\] must be a finite number"),
        ({1: -1}, r"class_weight\[1\] must be a finite number"),
        ({0: 0, 1: 0}, "class_weight must not be zero for all classes"),
    ],
)
def test_class_weights_of_another_kind_are_refused(class_weight, message):
    y = (X[:, 0] > 0).astype(int)
    with pytest.raises(InputError, match=f"^{message}"):
        train(NET, X, y, class_weight=class_weight, **call)
