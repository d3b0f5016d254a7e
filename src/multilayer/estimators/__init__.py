"""Estimators: drop-in replacements for the MLPs of scikit-learn, with more parameters.

This package alone imports scikit-learn, which the extra `sklearn` installs.
"""

from multilayer._base.errors import MissingExtraError

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError:
    raise MissingExtraError("multilayer.estimators", "scikit-learn", "sklearn") from None

from multilayer.estimators.classifier import MLPClassifier
from multilayer.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]


def __dir__() -> list[str]:
    return sorted(__all__)
