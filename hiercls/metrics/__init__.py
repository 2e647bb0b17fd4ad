"""Measures of hierarchical answers: pure functions over a taxonomy, truths and answers."""
