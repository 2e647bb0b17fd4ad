"""From labelled images to a calibration: ask, fit, and judge on images that were not fitted on."""

from hiercls.fitting.figures import RuleFigures
from hiercls.fitting.fit import FEWEST, Fit, check_enough, fit, num_tempered

__all__ = ["FEWEST", "Fit", "RuleFigures", "check_enough", "fit", "num_tempered"]
