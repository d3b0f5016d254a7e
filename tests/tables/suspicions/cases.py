"""Healthy tables, from scikit-learn and simulated, and what makes each of them sick."""

import numpy as np
from sklearn import datasets

from multilayer.tables import Column, Columns
from multilayer.tables.suspicions import Case


def numeric(X, names=None):
    """A table of numbers."""
    names = names or [f"x{n}" for n in range(X.shape[1])]
    return [Column(name, "number", np.asarray(x, np.float64)) for name, x in zip(names, X.T, strict=True)]


def category(name, codes, categories):
    return Column(name, "category", np.asarray(codes, np.int32), tuple(categories))


def bundled():
    """The data sets that come with scikit-learn, by name."""
    found = {}
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        data = getattr(datasets, f"load_{name}")()
        classes = tuple(map(str, data.target_names)) if "target_names" in data else ()
        varies = data.data.std(axis=0) > 0
        columns = [
            c
            for c, v in zip(numeric(data.data, list(map(str, data.feature_names))), varies, strict=True)
            if v
        ]
        found[name] = Case(Columns(columns), data.target, "y", classes)
    return found


def simulated(seed, rows=1000, task="classification"):
    """A table as people have: numbers, counts, money, a date, categories, gaps; y from several of them, with noise."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, rows).astype(float)
    income = rng.lognormal(10, 0.7, rows).round(2)
    visits = rng.poisson(3, rows).astype(float)
    job = rng.integers(0, 12, rows)
    town = rng.integers(0, max(2, rows // 10), rows)
    since = (np.datetime64("2015-01-01", "us") + rng.integers(0, 3000, rows) * np.timedelta64(1, "D")).astype(
        "M8[us]"
    )
    z = (
        0.04 * (age - 50)
        + np.log(income / 2e4)
        + 0.3 * (visits - 3)
        + 0.1 * (job - 6)
        + rng.normal(size=rows)
    )
    income[rng.random(rows) < 0.1] = np.nan
    columns = [
        *numeric(np.stack([age, income, visits], axis=1), ["age", "income", "visits"]),
        category("job", np.where(rng.random(rows) < 0.05, -1, job), [f"job {n}" for n in range(12)]),
        category("town", town, [f"town {n}" for n in range(max(2, rows // 10))]),
        Column("since", "date", since),
    ]
    if task == "regression":
        return Case(Columns(columns), 100 * np.exp(0.25 * z), "price")
    return Case(Columns(columns), (z > 0.3).astype(np.int64), "bought", ("no", "yes"))


def with_column(case, column):
    """The case with another column."""
    return Case(Columns([*case.columns, column]), case.y, case.target, case.classes, case.seen, case.skill)
