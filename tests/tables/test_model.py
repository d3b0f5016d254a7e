"""A model: tables in, classes and quantities out."""

import numpy as np
import pandas as pd
import pytest

import multilayer
from multilayer import InputError
from multilayer.tables import Calibration, Encoder, Model, Target, columns_of

ROWS = 400


def frame(rows=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(40.0, 10.0, rows)),
            "job": rng.choice(["clerk", "cook", "pilot"], rows),
            "smoker": rng.random(rows) < 0.3,
            "since": pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 10**6, rows), "min"),
            "class": rng.choice(["low", "high", "middle"], rows),
            "price": rng.lognormal(size=rows),
        }
    )


def model(target="class", members=3, calibration=None):
    columns = columns_of(frame())
    encoder = Encoder.fit(columns.without(["class", "price"]))
    found = Target.of(columns[target])
    output = "softmax" if found.classes else "identity"
    widths = (encoder.width, 16, found.outputs)
    networks = tuple(
        multilayer.initialize(widths, "selu", output, rng=seed).astype("float32") for seed in range(members)
    )
    return Model(encoder, networks, found, calibration)


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("temperature", [None, 2.5])
def test_probabilities_are_the_mean_of_the_members_softmax(temperature):
    m = model(calibration=temperature and Calibration(temperature, 10**9))
    x = m.encoder(columns_of(frame()))
    logits = [net.trace(x)[-1].a.astype(np.float64) for net in m.networks]
    expected = np.mean([softmax(a / (temperature or 1.0)) for a in logits], axis=0)
    p = m.predict_proba(frame())
    np.testing.assert_allclose(p, expected, rtol=1e-13 if temperature is None else 1e-7)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-14)
    assert m(frame()).tobytes() == p.tobytes()
    assert m.predict(frame()).tolist() == [m.target.classes[i] for i in expected.argmax(axis=1)]
    assert m.target.classes == ("high", "low", "middle")


def test_quantities_are_the_unscaled_mean_within_the_range():
    m = model("price")
    x = m.encoder(columns_of(frame()))
    z = np.mean([net(x)[:, 0].astype(np.float64) for net in m.networks], axis=0)
    y = frame()["price"].to_numpy()
    expected = np.clip(z * y.std() + y.mean(), y.min(), y.max())
    np.testing.assert_allclose(m.predict(frame()), expected, rtol=1e-13)
    with pytest.raises(
        InputError, match="probabilities of classes are for classification; this model is of regression"
    ):
        m.predict_proba(frame())


@pytest.mark.native
@pytest.mark.parametrize("target", ["class", "price"])
def test_a_row_alone_has_the_bits_that_it_has_in_any_table(target):
    m = model(target, calibration=Calibration(1.5, 100))
    rows = frame(20_000, seed=1)
    y = m(rows)
    for row in (0, 8191, 8192, 19_999):
        assert m(rows.iloc[row : row + 1]).tobytes() == y[row : row + 1].tobytes()
    single = rows.iloc[5].drop(["class", "price"]).to_dict()
    assert np.asarray(m(single)).tobytes() == y[5].tobytes()
    assert m.predict(single) == m.predict(rows)[5]


def test_tables_of_all_forms_give_the_same():
    m = model()
    expected = m(columns_of(frame()))
    shuffled = frame()[["since", "smoker", "job", "age"]]
    arrays = {name: frame()[name].to_numpy() for name in shuffled}
    for table in (frame(), shuffled, arrays):
        assert m(table).tobytes() == expected.tobytes()
    assert m(frame()[:0]).shape == (0, 3)
    assert model("price")(frame()[:0]).shape == (0,)


def test_columns_that_are_not_needed_are_not_looked_at():
    m = model()
    odd = frame().assign(more=[[1, 2], "a"] * (ROWS // 2))
    assert m(odd).tobytes() == m(frame()).tobytes()
    with pytest.raises(InputError, match=r"expected a column 'job'.*did you mean 'jobs'"):
        m(frame().rename(columns={"job": "jobs"}))


def test_what_does_not_fit_is_named():
    m = model()
    with pytest.raises(InputError, match="expected a column 'job'"):
        m(frame().drop(columns="job"))
    with pytest.raises(InputError, match="column 'age'"):
        m(frame().assign(age="old"))
    encoder = Encoder.fit(columns_of(frame()[["job"]]))
    with pytest.raises(InputError, match="network 1: expected 3 inputs and 3 outputs, found 4 and 3"):
        Model(encoder, (multilayer.initialize((4, 3), output="softmax", rng=0),), m.target)
    with pytest.raises(InputError, match="expected the output activation softmax, found identity"):
        Model(encoder, (multilayer.initialize((3, 3), rng=0),), m.target)
    with pytest.raises(InputError, match="at least one network"):
        Model(encoder, (), m.target)
    with pytest.raises(InputError, match="this model has no intervals"):
        m.predict_set(frame())
    with pytest.raises(InputError, match="intervals are for regression"):
        m.predict_interval(frame())


def test_networks_have_the_names_of_inputs_and_classes():
    m = model()
    assert {net.input_names for net in m.networks} == {m.encoder.names}
    assert {net.classes for net in m.networks} == {("high", "low", "middle")}


def test_a_trace_shows_the_way_of_a_row():
    m = model()
    rows = frame()[:3]
    trace = m.trace(rows, member=2)
    assert trace.x.tobytes() == m.encoder(columns_of(rows)).tobytes()
    assert trace.trace[-1].z.tobytes() == m.networks[1](trace.x).tobytes()
    assert trace.y.tobytes() == m(rows).tobytes()
    assert trace.predictions.tolist() == m.predict(rows).tolist()
    text = str(trace)
    assert (
        text.index("rows before encoding")
        < text.index("x  (3, ")
        < text.index("W(1)")
        < text.index("prediction")
    )
    assert rows["job"].iloc[0] in text
    assert "age is missing" in text
    assert "<table>" in trace._repr_html_()
    with pytest.raises(InputError, match="no network 4; this model has networks 1 to 3"):
        m.trace(rows, member=4)


@pytest.mark.parametrize("target", ["class", "price"])
def test_a_diagnosis_leaves_the_encoding_alone(target):
    m = model(target)
    found = m.diagnose(frame(), baseline=False)
    assert found.evidence.samples == ROWS
    assert "loss" not in found.evidence.missing
    skipped = {one.check for one in found.not_measured}
    assert {"unscaled_inputs", "constant_inputs", "duplicate_inputs"} <= skipped
    without = m.diagnose(frame().drop(columns=["class", "price"]), baseline=False)
    assert "y" in without.evidence.missing


@pytest.mark.parametrize("target", ["class", "price"])
def test_diagnose_takes_a_model_and_a_table(target):
    m, rows = model(target), frame()
    expected = m.diagnose(rows, baseline=False)
    assert str(multilayer.diagnose(m, rows, baseline=False)) == str(expected)
    without = rows.drop(columns=[target])
    assert str(multilayer.diagnose(m, without, rows[target], baseline=False)) == str(expected)


def test_summary_and_html_say_what_the_model_is():
    for m, words in ((model(), "'high', 'low', 'middle'"), (model("price"), "regression")):
        assert words in str(m.summary())
        assert "3 x MLP" in str(m.summary())
        assert "is missing" not in repr(m)
        assert repr(m).startswith("Model(")
        assert m._repr_html_().count("<table>") == 2


@pytest.mark.native
def test_any_number_of_threads_gives_the_same_bits():
    m = model(calibration=Calibration(1.5, 100))
    rows = columns_of(frame(20_000, seed=2))
    found = set()
    for count in (1, 2, 3):
        with multilayer.threads(count):
            found.add(m(rows).tobytes())
    assert len(found) == 1
