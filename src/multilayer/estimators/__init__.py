"""Estimators: drop-in replacements for the MLPs of scikit-learn, with more parameters, and estimators of tables.

This package alone imports scikit-learn, which the extra `sklearn` installs.
"""

from multilayer._base.errors import MissingExtraError

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError:
    raise MissingExtraError("multilayer.estimators", "scikit-learn", "sklearn") from None

from multilayer.estimators.classifier import MLPClassifier
from multilayer.estimators.regressor import MLPRegressor
from multilayer.estimators.tabular import TabularClassifier, TabularRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor"]


def __dir__() -> list[str]:
    return sorted(__all__)
