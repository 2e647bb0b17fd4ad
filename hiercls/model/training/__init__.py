"""Training of adapters: one a level, through what is read of each image once."""
