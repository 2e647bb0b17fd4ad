"""An evaluation as one HTML file, for people to look at."""

from hiercls.report.drawing import require_matplotlib
from hiercls.report.page import write_page

__all__ = ["require_matplotlib", "write_page"]
