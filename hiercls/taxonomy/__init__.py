"""The taxonomy: a rooted graph of named nodes, read from a YAML file and immutable after that."""

from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.node import Node

__all__ = ["Node", "Taxonomy"]
