"""The arguments of each command; imports nothing heavy, as `--help` must be quick."""
