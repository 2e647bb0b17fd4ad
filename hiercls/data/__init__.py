"""Labelled examples: manifests and folders, with every label resolved to a node."""

from hiercls.data.examples import Example, Examples
from hiercls.data.labels import Labels
from hiercls.data.reading import read_examples

__all__ = ["Example", "Examples", "Labels", "read_examples"]
