"""The transforms against scikit-learn, pandas and brute force."""

import math
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import MissingIndicator
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer, RobustScaler

from multilayer import InputError
from multilayer.tables import Column, Columns, Encoder, EncoderSettings
from multilayer.tables.transforms import Binned, Normal

RNG = np.random.default_rng(0)
RAW = EncoderSettings(scale_categories=False)


def numbers(values, name="x"):
    return Column(name, "number", np.asarray(values, np.float64))


def categories(texts, name="c"):
    known = sorted({text for text in texts if text is not None})
    codes = [-1 if text is None else known.index(text) for text in texts]
    return Column(name, "category", np.array(codes, np.int32), tuple(known))


def encoded(column, given=None):
    encoder = Encoder.fit(Columns([column]), given)
    return encoder(Columns([column])), encoder


def smooth(z):
    return z / np.sqrt(1.0 + (z / 3.0) ** 2)


def robust(values):
    """RobustScaler and the smooth clip; where quartiles are equal, the range in place of their distance."""
    z = RobustScaler().fit(values[:, None])
    width = np.subtract(*np.nanquantile(values, [0.75, 0.25]))
    if 0.0 < width < 1e-100:  # which RobustScaler takes for 0
        return smooth((values - z.center_[0]) / width)
    if width == 0.0:
        return smooth(2.0 * (values - z.center_[0]) / (values.max() - values.min()))
    return smooth(z.transform(values[:, None])[:, 0])


COLUMNS = {
    "normal": RNG.normal(50.0, 7.0, 501),
    "heavy": RNG.standard_cauchy(400) * 1e6,
    "counts": RNG.poisson(0.2, 300).astype(float),
    "timestamps": 1.7e15 + RNG.integers(0, 10**7, 333),
    "two rows": np.array([1.0, 3.0]),
    "tiny": RNG.normal(size=50) * 1e-200,
}


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
def test_numbers_are_scaled_as_robust_scaler_does_and_clipped(values):
    x, encoder = encoded(numbers(values))
    assert encoder.names == ("x",)
    np.testing.assert_allclose(x[:, 0], robust(values), rtol=3e-6, atol=3e-7)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.25, 0.3, 0.5, 0.75, 0.77, 0.97])
def test_what_is_0_or_1_is_scaled_as_a_number(share):
    ones = np.arange(101) < share * 101
    texts = [("a" if one else "b" if row % 2 else "c") for row, one in enumerate(ones)]
    x, encoder = encoded(categories(texts))
    assert encoder.names == ("c=a", "c=b", "c=c")
    for place, name in enumerate("abc"):
        expected = robust(np.array([float(text == name) for text in texts]))
        np.testing.assert_allclose(x[:, place], expected, rtol=1e-6)


@pytest.mark.parametrize(
    "texts", [["b", "a", "b", "a", "a"], ["b", None, "a", "a", "a", "b", "a"], ["a"] * 9 + ["b"]]
)
def test_two_categories_are_one_input(texts):
    x, encoder = encoded(categories(texts), RAW)
    assert encoder.names == ("c=b",)
    number = np.array([{"a": -1.0, "b": 1.0, None: 0.0}[text] for text in texts])
    assert x[:, 0].tolist() == number.tolist()
    x, _ = encoded(categories(texts))
    np.testing.assert_allclose(x[:, 0], robust(number), rtol=1e-6)


def test_one_hot_is_that_of_scikit_learn():
    texts = RNG.choice(["k", "m", "n", "o", "p"], 200, p=[0.4, 0.3, 0.2, 0.06, 0.04])
    new = np.array(["m", "never seen", "p"])
    theirs = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(texts[:, None])
    x, encoder = encoded(categories(texts.tolist()), RAW)
    assert x.tolist() == theirs.transform(texts[:, None]).tolist()
    assert encoder.names == tuple(f"c={name}" for name in theirs.categories_[0])
    assert encoder(Columns([categories(new.tolist())])).tolist() == theirs.transform(new[:, None]).tolist()


@pytest.mark.parametrize("limits", [{"rare": 15}, {"most_categories": 3}])
def test_rare_and_unseen_categories_share_an_input(limits):
    texts = np.repeat(["k", "m", "n", "o", "p"], [60, 70, 40, 12, 9])
    limit = {"min_frequency": limits["rare"]} if "rare" in limits else {"max_categories": 4}
    theirs = OneHotEncoder(sparse_output=False, handle_unknown="infrequent_if_exist", **limit).fit(
        texts[:, None]
    )
    x, encoder = encoded(categories(texts.tolist()), EncoderSettings(scale_categories=False, **limits))
    assert x.tolist() == theirs.transform(texts[:, None]).tolist()
    assert encoder.names == ("c=k", "c=m", "c=n", "c is another")
    assert encoder.schema[0].categories == ("k", "m", "n")
    new = Columns([categories(["never seen", "o", "m", None])])
    assert encoder(new).tolist() == [[0, 0, 0, 1], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_many_categories_have_a_bounded_width():
    codes = RNG.zipf(1.5, 50_000).clip(max=20_000).astype(np.int32) - 1
    column = Column("c", "category", codes, tuple(f"v{code}" for code in range(20_000)))
    x, encoder = encoded(column, EncoderSettings(scale_categories=False))
    assert x.shape == (50_000, 101)
    assert len(encoder.schema[0].categories) == 100
    counts = np.sort(np.bincount(codes))[::-1]
    np.testing.assert_array_equal(
        np.sort(x.sum(axis=0))[::-1][:5], np.sort([*counts[:100], counts[100:].sum()])[::-1][:5]
    )
    assert (x.sum(axis=1) == 1.0).all()


def test_an_order_that_is_asked_for():
    order = ("low", "middle", "high", "top")
    texts = RNG.choice(order[:3], 90)
    theirs = OrdinalEncoder(categories=[list(order)]).fit_transform(texts[:, None])[:, 0]
    x, encoder = encoded(categories(texts.tolist()), EncoderSettings(ordinal={"c": order}))
    assert encoder.names == ("c",)
    np.testing.assert_allclose(x[:, 0], robust(theirs), rtol=1e-6)
    assert encoder(Columns([categories(["top", "what", None])]))[1:].tolist() == [[0.0], [0.0]]
    with pytest.raises(InputError, match="no column is called 'd'"):
        encoded(categories(texts.tolist()), EncoderSettings(ordinal={"d": order}))


@pytest.mark.parametrize("gaps", [1, 30, 60])
def test_gaps_are_the_median_and_said(gaps):
    values = RNG.normal(size=80)
    values[RNG.permutation(80)[:gaps]] = np.nan
    x, encoder = encoded(numbers(values), EncoderSettings(bins=3, scale_categories=False))
    theirs = MissingIndicator().fit_transform(values[:, None])[:, 0]
    assert encoder.names[-1] == "x is missing"
    assert x[:, -1].tolist() == theirs.astype(float).tolist()
    median = Columns([numbers([np.nanmedian(values)])])
    assert (x[theirs, :-1] == encoder(median)[0, :-1]).all()
    np.testing.assert_allclose(x[~theirs, 0], robust(values[~theirs]), rtol=3e-6, atol=3e-7)


def test_gaps_that_training_had_not_are_the_median():
    _, encoder = encoded(numbers([1.0, 2.0, 4.0]))
    assert encoder(Columns([numbers([np.nan, 2.0])])).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize(("name", "tolerance"), [("normal", 1e-5), ("heavy", 1e-5), ("counts", 1e-2)])
def test_normal_quantiles_are_those_of_scikit_learn(name, tolerance):
    values = COLUMNS[name]
    x, encoder = encoded(numbers(values), EncoderSettings(normal=True))
    theirs = QuantileTransformer(
        n_quantiles=min(len(values), 1001), output_distribution="normal", subsample=None
    )
    expected = theirs.fit_transform(values[:, None])[:, 0]
    # At the ends theirs are +-5.2, however many are equal; of ties, theirs are half a step off by rounding.
    inside = (values > values.min()) & (values < values.max())
    np.testing.assert_allclose(x[inside, 0], expected[inside], rtol=tolerance, atol=tolerance)
    most = NormalDist().inv_cdf(
        max((np.count_nonzero(values == values.min()) - 1) / 2 / (len(values) - 1), 1e-7)
    )
    np.testing.assert_allclose(x[values == values.min(), 0], most, rtol=1e-2)
    assert isinstance(encoder.columns[0].transforms[0], Normal)
    beyond = encoder(Columns([numbers([-1e300, 1e300, np.inf])]))[:, 0]
    np.testing.assert_array_equal(beyond, [x.min(), x.max(), x.max()])


def brute_force_bins(x, edges):
    return [[(min(max(one, low), high) - low) / (high - low) for low, high in pairwise(edges)] for one in x]


@pytest.mark.parametrize("bins", [2, 7, 48])
@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
def test_bins_are_piecewise_linear_between_quantiles(values, bins):
    x, encoder = encoded(numbers(values), EncoderSettings(bins=bins))
    places = [max(math.ceil(Fraction(one, bins) * len(values)) - 1, 0) for one in range(bins + 1)]
    edges = np.unique(np.sort(values)[places])
    if len(edges) == 2:
        assert encoder.width == 1
        return
    found = encoder.columns[0].transforms[1].edges
    rounded = np.sort(values)[np.clip(np.searchsorted(np.sort(values), found), 0, len(values) - 1)]
    np.testing.assert_array_equal(rounded, found)  # values that there are
    assert len(found) == len(edges)
    edges = found
    assert encoder.width == len(edges)
    np.testing.assert_allclose(x[:, 1:], brute_force_bins(values, edges), rtol=1e-6, atol=1e-6)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=6, unique=True),
    st.lists(st.floats(), min_size=1, max_size=10),
)
@settings(max_examples=100, deadline=None)
def test_bins_of_any_number(edges, values):
    edges = np.sort(edges)
    if np.any(np.diff(edges) < 1e-9):
        return
    out = np.empty((len(values), len(edges) - 1), np.float32)
    Binned(edges, float(edges[1])).write(np.array(values), out)
    filled = [edges[1] if np.isnan(value) else value for value in values]
    np.testing.assert_allclose(out, brute_force_bins(filled, edges), rtol=1e-6, atol=1e-6)


def dates(when, name="d"):
    return Column(name, "date", np.asarray(when, "datetime64[us]"))


def parts_of(index):
    """The parts of dates as pandas has them."""
    year, day = (
        2.0 * np.pi / 365.25 * (index.day_of_year - 1),
        2.0 * np.pi / 1440 * (index.hour * 60 + index.minute),
    )
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return {
        "days": (index - pd.Timestamp(0)) / pd.Timedelta(days=1),
        "year": index.year,
        "month": index.month,
        "day of year, sine": np.sin(year),
        "day of year, cosine": np.cos(year),
        **{name: index.day_name() == name for name in names},
        "hour": index.hour + index.minute / 60,
        "hour, sine": np.sin(day),
        "hour, cosine": np.cos(day),
    }


@pytest.mark.parametrize("first", ["1890-03-01", "1969-12-30", "2024-02-28"])
def test_parts_of_dates_are_those_of_pandas(first):
    index = pd.DatetimeIndex(pd.Timestamp(first) + pd.to_timedelta(RNG.integers(0, 3 * 525_600, 500), "min"))
    x, encoder = encoded(dates(index.to_numpy()))
    expected = parts_of(index)
    assert encoder.names == tuple(f"d: {part}" for part in expected)
    for place, values in enumerate(expected.values()):
        np.testing.assert_allclose(x[:, place], robust(np.asarray(values, float)), rtol=2e-5, atol=2e-6)


def test_only_parts_that_vary_are_inputs():
    midnight = pd.date_range("2024-03-04", periods=5, freq="7D").to_numpy()  # Mondays
    _, encoder = encoded(dates(midnight))
    assert encoder.names == ("d: days", "d: month", "d: day of year, sine", "d: day of year, cosine")
    x, encoder = encoded(dates([*midnight, np.datetime64("NaT")]), RAW)
    assert encoder.names[-1] == "d is missing"
    assert x[-1].tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bins": -1}, "bins must be a whole number, at least 0"),
        ({"most_categories": 0}, "most_categories"),
        ({"missing": "no"}, "missing must be True or False"),
        ({"ordinal": ["a"]}, "ordinal must be a mapping"),
        ({"ordinal": {"a": "low"}}, "ordinal must be a mapping"),
    ],
)
def test_settings_have_limits(settings, message):
    with pytest.raises(InputError, match=message):
        EncoderSettings(**settings)
