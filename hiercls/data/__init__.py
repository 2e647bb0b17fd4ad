"""Labelled examples: manifests and folders, with every label resolved to a node."""

from hiercls.data.examples import Example, Examples
from hiercls.data.labels import Labels
from hiercls.data.reading import read_examples
from hiercls.data.shots import Shots, choose_shots, shots_hash

__all__ = [
    "Example",
    "Examples",
    "Labels",
    "Shots",
    "choose_shots",
    "read_examples",
    "shots_hash",
]
