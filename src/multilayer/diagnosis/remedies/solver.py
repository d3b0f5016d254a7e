"""L-BFGS in place of steps over batches, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

from multilayer._base.errors import MissingExtraError
from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.optimizers import LBFGS, Adam, Constant

__all__ = ["solver"]


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    if isinstance(setup.optimizer, LBFGS):
        yield Variant(
            "Adam, in place of L-BFGS",
            setup.call(estimator='solver="adam"', fit="optimizer=Adam()"),
            replace(setup, optimizer=Adam()),
        )
        return
    change = f"L-BFGS, in place of {type(setup.optimizer).__name__}"
    if setup.dropout:
        yield NotApplicable(change, "it takes no dropout")
    elif find_spec("scipy") is None:
        yield NotApplicable(change, str(MissingExtraError("L-BFGS", "SciPy", "lbfgs")))
    else:
        yield Variant(
            change,
            setup.call(estimator='solver="lbfgs"', fit="optimizer=LBFGS()"),
            replace(
                setup,
                optimizer=LBFGS(),
                schedule=Constant(),
                stopping=None,
                held_out=None,
                metrics=(),
            ),
        )


solver = Remedy("solver", _variants)
