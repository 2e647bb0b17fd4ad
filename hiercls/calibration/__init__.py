"""Honest probabilities: what labelled examples say of how sure the answers should have been."""

from hiercls.calibration.calibration import Calibration
from hiercls.calibration.scorer import Calibrated
from hiercls.calibration.temperature import fit_temperatures

__all__ = ["Calibrated", "Calibration", "fit_temperatures"]
