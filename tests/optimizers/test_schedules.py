"""Learning-rate schedules."""

import math

import pytest

from multilayer import InputError
from multilayer.optimizers import (
    Adaptive,
    Constant,
    Cosine,
    CosineLog,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Time,
)


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


def test_each_cycle_of_cosine_log_is_twice_as_long():
    # 1 + 15 t is a power of two where a cycle ends, and sqrt(2) of one where the rate is highest.
    schedule = CosineLog()
    assert all(schedule.rate(0.1, Time(step, 0, 15)) == pytest.approx(0.0) for step in (0, 1, 3, 7, 15))
    peaks = [(2.0**c * math.sqrt(2.0) - 1.0) / 15.0 for c in range(4)]
    for peak in peaks:
        step = round(peak * 10**6)
        assert schedule.rate(0.1, Time(step, 0, 10**6)) == pytest.approx(0.1)
    found = rates(schedule, 15 * 64)
    lowest = [i for i in range(1, len(found) - 1) if found[i - 1] > found[i] < found[i + 1]]
    assert lowest == [64, 3 * 64, 7 * 64]
    assert rates(CosineLog(cycles=1), 4)[2] == pytest.approx(0.1 * math.sin(math.pi * math.log2(1.5)) ** 2)
    assert schedule.rate(0.1, Time(20, 0, 15)) == pytest.approx(0.0)  # trained on after the end


def test_flat_cosine():
    found = rates(FlatCosine(), 8)
    assert found[:5] == [0.1] * 5
    assert found[5:] == pytest.approx([0.05 * (1.0 + math.cos(math.pi * i / 4)) for i in (1, 2, 3)])
    assert FlatCosine().rate(0.1, Time(8, 0, 8)) == 0.0
    assert rates(FlatCosine(flat=0.0), 9) == pytest.approx(rates(Cosine(), 9))


@pytest.mark.parametrize(
    "schedule", [Cosine(), OneCycle(), Cosine(0.5), OneCycle(rise=0.9), FlatCosine()], ids=repr
)
@pytest.mark.parametrize("total", [1, 2, 3])
def test_short_trainings(schedule, total):
    assert all(math.isfinite(rate) and 0 < rate <= 0.1 for rate in rates(schedule, total))


def test_the_number_of_steps_is_needed():
    with pytest.raises(InputError, match="number of all steps"):
        Cosine().rate(0.1, Time(0, 0, None))
    assert Cosine(steps=10).rate(0.1, Time(0, 0, None)) == 0.1
    assert FlatCosine(steps=10).rate(0.1, Time(9, 0, None)) == FlatCosine().rate(0.1, Time(9, 0, 10))
    assert CosineLog(steps=10).rate(0.1, Time(9, 0, None)) == CosineLog().rate(0.1, Time(9, 0, 10))
    with pytest.raises(InputError, match="OneCycle: rise"):
        OneCycle(rise=1.0)
