"""Pictures of activations, networks and diagnoses.

All but `curve` draw on an `ax` of matplotlib (extra `plot`) and return it. `loss_curve` takes a training in any form,
`decision_boundary` a network with its samples, `model_scores` an evaluation of a table, and `importances`,
`column_effect` and `row_contributions` an explanation; the others take a diagnosis, or its evidence, as in
`plots.gradient_flow(diagnosis)`.
"""

from multilayer.plots.decision_boundary import decision_boundary
from multilayer.plots.evaluation import model_scores
from multilayer.plots.explanation import column_effect, importances, row_contributions
from multilayer.plots.flow import gradient_flow, signal_flow
from multilayer.plots.input_scales import input_scales
from multilayer.plots.loss_curve import loss_curve
from multilayer.plots.predictions import predictions
from multilayer.plots.terminal import curve
from multilayer.plots.unit_map import unit_map
from multilayer.plots.weighted_sums import weighted_sums

__all__ = [
    "column_effect",
    "curve",
    "decision_boundary",
    "gradient_flow",
    "importances",
    "input_scales",
    "loss_curve",
    "model_scores",
    "predictions",
    "row_contributions",
    "signal_flow",
    "unit_map",
    "weighted_sums",
]


def __dir__() -> list[str]:
    return sorted(__all__)
