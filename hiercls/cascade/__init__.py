"""The whole road: images in, predictions out."""

from hiercls.cascade.cascade import Cascade
from hiercls.cascade.intake import ImageSource

__all__ = ["Cascade", "ImageSource"]
