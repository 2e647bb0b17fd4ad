"""The `hiercls` command: one library call a command; results on stdout, all else on stderr."""
