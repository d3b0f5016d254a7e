"""A loss curve with nan or infinity in it is found, and judged by no check: comparisons with nan are all false."""

import numpy as np
import pytest

from multilayer import diagnose, fit, initialize
from multilayer.diagnosis import CHECKS, TrainingRecord
from multilayer.diagnosis.course import early, just_begun
from multilayer.training import History
from tests.diagnosis.evidence import findings, plain, reasons, scoring, with_course

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
NET = initialize((2, 8, 1), "tanh", "sigmoid", rng=0)
NAN, INF = float("nan"), float("inf")
GONE = {
    "nan": (0.7, 0.69, *[NAN] * 8),
    "infinity, then nan": (0.7, 5.0, INF, *[NAN] * 6),
    "infinity": (0.7, 0.6, 0.5, 0.4, INF),
    "minus infinity": (0.7, 0.6, 0.5, 0.4, -INF),
    "from the beginning": (NAN,) * 12,
    "one epoch": (NAN,),
    "the last of many": (*np.geomspace(1.0, 0.01, 60), NAN),
}


def readers():
    """The checks that cannot be made without a loss curve."""
    without = with_course(scoring(plain(), 0.95), None)
    return {
        check.name
        for check in CHECKS
        if any("loss curve" in reason for reason in reasons(check.name, without))
    }


@pytest.mark.parametrize("stopped", [None, "epochs", "plateau", "interrupted", "not finite"])
@pytest.mark.parametrize("curve", GONE.values(), ids=GONE)
def test_is_the_verdict(curve, stopped):
    found = diagnose(NET, X, Y, course=TrainingRecord(History(curve), stopped))
    assert (found.cause.check, found.cause.severity) == ("loss_not_finite", "error")
    first = int(np.flatnonzero(~np.isfinite(curve))[0]) + 1
    assert f"not finite in epoch {first}" in found.cause.title
    assert f"{np.sum(~np.isfinite(curve))} of {len(curve)} epochs" in found.cause.evidence


@pytest.mark.parametrize("curve", GONE.values(), ids=GONE)
def test_no_check_judges_by_it(curve):
    evidence = with_course(scoring(plain(), 0.5), curve, validation=curve, stopped="plateau")
    for name in readers() - {"loss_not_finite"}:
        assert not findings(name, evidence)
        assert reasons(name, evidence)[0].startswith("the loss is not finite in epoch")
    assert not early(evidence)
    assert not just_begun(with_course(plain(), curve))


def test_the_checks_that_read_a_curve():
    others = {
        "learning_rate_too_high",
        "learning_rate_too_low",
        "oscillation",
        "undertraining",
        "overfitting",
    }
    assert readers() == {"loss_not_finite"} | others


def test_one_epoch_amid_others_is_a_warning():
    found = diagnose(NET, X, Y, course=History((0.7, 0.6, NAN, *np.linspace(0.5, 0.4, 20))))
    reported = next(finding for finding in found.findings if finding.check == "loss_not_finite")
    assert (reported.severity, reported.title) == ("warning", "the loss is not finite in epoch 3")
    assert {"undertraining", "oscillation"} <= {missing.check for missing in found.not_measured}


def test_validation_loss():
    finite = tuple(np.geomspace(1.0, 0.65, 20))
    found = diagnose(NET, X, Y, course=History(finite, (*finite[:10], *[NAN] * 10)))
    reported = next(finding for finding in found.findings if finding.check == "loss_not_finite")
    assert (reported.severity, reported.title) == (
        "error",
        "the validation loss is not finite in epoch 11",
    )
    assert "overfitting" not in {finding.check for finding in found.findings}


def test_gives_way_to_inputs_that_are_not_scaled():
    found = diagnose(NET, 1e5 * X, Y, course=History((0.7, NAN, NAN)))
    assert found.cause.check == "unscaled_inputs"


def test_a_validation_loss_of_every_other_epoch_is_set_against_its_own_epochs():
    loss = tuple(np.geomspace(1.0, 0.1, 40))
    held_out = tuple(np.r_[np.linspace(1.0, 0.5, 10), np.linspace(0.5, 0.9, 10)])
    found = diagnose(NET, X, Y, course=History(loss, held_out))
    reported = next(finding for finding in found.findings if finding.check == "overfitting")
    best = 2 * (int(np.argmin(held_out)) + 1)
    assert f"in epoch {best} to " in reported.evidence
    assert f", while the training loss fell from {loss[best - 1]:.4g} to" in reported.evidence


def test_the_curve_of_an_estimator_that_broke_off():
    from multilayer.estimators import MLPClassifier

    fitted = MLPClassifier((4,), max_iter=100, tol=1.0, random_state=0).fit(X, Y)
    fitted.loss_curve_ = [*fitted.loss_curve_[:5], np.nan]
    assert diagnose(fitted, X, Y).cause.check == "loss_not_finite"


def test_a_training_of_ours_has_none():
    trained = fit(NET, X, Y, loss="bce", epochs=5, rng=0)
    found = diagnose(trained.network, X, Y, course=trained)
    assert "loss_not_finite" not in {o.check for o in (*found.findings, *found.not_measured)}
