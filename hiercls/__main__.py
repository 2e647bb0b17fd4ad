"""Lets `python -m hiercls` stand in for the `hiercls` command."""

from __future__ import annotations

import sys

from hiercls.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
