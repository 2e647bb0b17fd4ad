"""`hiercls data`: every action in a module of its own."""

from __future__ import annotations

import argparse
from importlib import import_module


def run(options: argparse.Namespace) -> int:
    """Run the action that is asked for."""
    status: int = import_module(f"hiercls.cli.data_{options.action}").run(options)
    return status
