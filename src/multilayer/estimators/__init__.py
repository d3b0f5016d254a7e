"""Networks as scikit-learn estimators: its MLPs, parameter for parameter, and what they have no room for.

Everything of scikit-learn that multilayer uses is imported in this package; it comes with the extra `sklearn`.
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
