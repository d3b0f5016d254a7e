"""Small problems of every kind that the estimators know."""

import numpy as np
from sklearn.datasets import load_diabetes, load_iris

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
X_DIABETES, Y_DIABETES = load_diabetes(return_X_y=True)
Y_DIABETES = (Y_DIABETES - Y_DIABETES.mean()) / Y_DIABETES.std()

CLASSES = {
    "binary": Y == 1,
    "multi-class": np.array(["setosa", "versicolor", "virginica"])[Y],
    "multi-label": np.c_[Y == 0, X[:, 0] > 0].astype(int),
    "one class": np.zeros(len(X), dtype=int),
}
NUMBERS = {"one output": Y_DIABETES, "two outputs": np.c_[Y_DIABETES, Y_DIABETES**2]}
