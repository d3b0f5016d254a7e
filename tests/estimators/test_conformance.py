"""Suites that scikit-learn wrote: its checks of any estimator, and its tests of its own networks, run on ours."""

import importlib.util
from unittest import SkipTest
from unittest.mock import patch

import pytest
import sklearn.neural_network
from sklearn.utils.estimator_checks import parametrize_with_checks

from multilayer.estimators import MLPClassifier, MLPRegressor

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

OF_PRIVATE_PARTS = {"test_gradient"}
"""Tests that call methods which scikit-learn's classes keep to themselves."""


NOT_APPLICABLE = {
    "check_array_api_input",  # SciPy's array API mode is off, as it is by default
    "check_classifiers_multilabel_output_format_decision_function",  # nor has scikit-learn's MLP such a method
}


@parametrize_with_checks([MLPClassifier(max_iter=20), MLPRegressor(max_iter=20)])
def test_as_any_estimator(estimator, check):
    if check.func.__name__ in NOT_APPLICABLE:
        with pytest.raises(SkipTest):
            check(estimator)
    else:
        check(estimator)


@pytest.fixture
def global_random_seed():
    return 42


def _tests_of_scikit_learn():
    """Load its test module anew, so that it finds our classes where it looks for its own."""
    spec = importlib.util.find_spec("sklearn.neural_network.tests.test_mlp")
    if spec is None:  # some distributions leave tests out
        return {}
    module = importlib.util.module_from_spec(spec)
    with patch.multiple(sklearn.neural_network, MLPClassifier=MLPClassifier, MLPRegressor=MLPRegressor):
        spec.loader.exec_module(module)
    return {
        name: test
        for name, test in vars(module).items()
        if name.startswith("test_") and name not in OF_PRIVATE_PARTS
    }


globals().update(_tests_of_scikit_learn())
