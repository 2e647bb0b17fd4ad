"""An evaluation as one HTML file, for people to look at."""

from hiercls.report.page import write_page

__all__ = ["write_page"]
