"""The table of pictures of a diagnosis: one line a picture, in the order of the page."""

from multilayer.plots.gradient_flow import picture as gradient_flow
from multilayer.plots.input_scales import picture as input_scales
from multilayer.plots.loss_curve import picture as loss_curve
from multilayer.plots.predictions import picture as predictions
from multilayer.plots.signal_flow import picture as signal_flow
from multilayer.plots.unit_map import picture as unit_map
from multilayer.plots.weighted_sums import picture as weighted_sums

__all__ = ["pictures"]

pictures = (loss_curve, predictions, signal_flow, gradient_flow, weighted_sums, unit_map, input_scales)
