"""Learning-rate schedules."""

import math

import pytest

from multilayer import InputError
from multilayer.optimizers import Adaptive, Constant, Cosine, InverseScaling, OneCycle, Time


def rates(schedule, total, base=0.1):
    return [schedule.rate(base, Time(step, 0, total)) for step in range(total)]


def test_constant():
    assert rates(Constant(), 3) == [0.1, 0.1, 0.1]
    assert Constant().on_plateau(0.1) is None


def test_inverse_scaling_is_by_samples_of_finished_epochs():
    assert InverseScaling().rate(0.1, Time(7, 0, None)) == 0.1
    assert InverseScaling().rate(0.1, Time(7, 99, None)) == pytest.approx(0.01)
    assert InverseScaling(power=1.0).rate(0.1, Time(7, 99, None)) == pytest.approx(0.001)


def test_adaptive_divides_down_to_the_least():
    assert Adaptive().rate(0.1, Time(7, 7, None)) == 0.1
    assert Adaptive().on_plateau(0.1) == 0.1 / 5.0
    assert Adaptive().on_plateau(1e-6) is None


def test_cosine_with_warm_up():
    found = rates(Cosine(warmup=0.2, floor=0.1), 50)
    assert found[:10] == pytest.approx([0.1 * (i + 1) / 11 for i in range(10)])
    assert found[10] == pytest.approx(0.1)
    assert found[30] == pytest.approx(0.1 * (0.1 + 0.9 / 2))
    assert found[10:] == sorted(found[10:], reverse=True)
    assert found[-1] == pytest.approx(0.01, rel=0.05)
    assert rates(Cosine(warmup=10), 50)[:11] == rates(Cosine(warmup=0.2), 50)[:11]
    assert rates(Cosine(), 4)[0] == 0.1


def test_one_cycle():
    found = rates(OneCycle(), 101)
    assert found[0] == pytest.approx(0.1 / 25)
    assert found[30] == pytest.approx(0.1)
    assert found[15] == pytest.approx((0.1 + 0.1 / 25) / 2)
    assert found[-1] == pytest.approx(0.1 / 25 / 1e4)
    assert max(found) == found[30]


@pytest.mark.parametrize("schedule", [Cosine(), OneCycle(), Cosine(0.5), OneCycle(rise=0.9)], ids=repr)
@pytest.mark.parametrize("total", [1, 2, 3])
def test_short_trainings(schedule, total):
    assert all(math.isfinite(rate) and 0 < rate <= 0.1 for rate in rates(schedule, total))


def test_the_number_of_steps_is_needed():
    with pytest.raises(InputError, match="number of all steps"):
        Cosine().rate(0.1, Time(0, 0, None))
    assert Cosine(steps=10).rate(0.1, Time(0, 0, None)) == 0.1
    with pytest.raises(InputError, match="OneCycle: rise"):
        OneCycle(rise=1.0)
