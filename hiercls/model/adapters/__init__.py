"""Adapters of levels: what they are, where they lie, and how they are switched in a model."""
