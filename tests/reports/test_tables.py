"""Pages of models of tables: every part is there, everything from the table is escaped, and they are the same again."""

import numpy as np
import pytest

from multilayer import plots
from multilayer._base.errors import InputError
from multilayer.reports.tables import evaluation_page, explanation_page
from multilayer.tables import Column, Columns, evaluate, explain
from tests.reports.reading import read
from tests.tables.evaluation.models import linear_case, perfect, with_intervals
from tests.tables.explanation.test_explanation import model, table

TASKS = ["regression", "classification"]


def evaluation(task):
    test = linear_case(1, rows=120, task=task)
    return evaluate(with_intervals(perfect(test, task), linear_case(2, task=task), task), test)


def explanation(task, rows=2):
    columns = table(task=task, rows=90)
    return explain(model(columns, members=1), columns, rows=rows, repeats=2)


@pytest.mark.parametrize("task", TASKS)
def test_a_page_of_an_evaluation(task):
    found = evaluation(task)
    text = evaluation_page(found)
    assert read(text).language == "en"
    assert found.verdict in text
    assert "verdict good" in text
    assert "the best constant" in text
    assert text == evaluation_page(found)


def test_what_is_suspicious_stands_first():
    test = linear_case(1, rows=300)
    y = test["y"].values
    leaky = Columns([*test.without(["y"]), Column("<paid>", "number", 3 * y), Column("y", "number", y)])
    text = evaluation_page(evaluate(perfect(leaky), leaky))
    assert text.index("&lt;paid&gt;") < text.index("with 90 % intervals")
    assert "<paid>" not in text


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_a_page_of_an_explanation(task):
    found = explanation(task)
    text = explanation_page(found)
    page = read(text)
    assert {"svg", "table"} <= {tag for tag in ("svg", "table") if f"<{tag}" in text}
    assert page.headings[:2] == [1, 2]
    assert f"{found.importances[0].column} matters most" in text
    assert text.count("<svg") == 1 + 6 + 2
    assert text == explanation_page(found)


def test_a_page_without_importances_and_rows():
    columns = table(rows=60)
    found = explain(model(columns, members=1), columns.without(["y"]), rows=0)
    assert explanation_page(found).count("<svg") == 6
    with pytest.raises(InputError, match="the table had no target"):
        plots.importances(found)
    with pytest.raises(InputError, match="row 1 is not explained"):
        plots.row_contributions(found)
    with pytest.raises(InputError, match="no column 'height'"):
        plots.column_effect(found, "height")


def test_pictures_show_the_numbers():
    found = explanation("regression")
    from matplotlib.figure import Figure

    bars = plots.importances(found, Figure().subplots()).patches
    assert [bar.get_width() for bar in bars] == [one.mean for one in found.importances]
    values = found.attributions.values[1]
    bars = plots.row_contributions(found, 2, Figure().subplots()).patches
    assert sorted(bar.get_width() for bar in bars) == pytest.approx(sorted(values))
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(
        found.attributions.prediction[1], rel=1e-3
    )
    (line,) = plots.column_effect(found, "age", Figure().subplots()).lines
    assert line.get_ydata().tolist() == found.dependences[0].predictions.tolist()
    scores = evaluation("classification")
    points = plots.model_scores(scores, Figure().subplots()).collections[1].get_offsets()
    assert np.asarray(points)[:, 0].tolist() == [one.figures["AUC"].value for one in scores.scores]
