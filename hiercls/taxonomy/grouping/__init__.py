"""Trees where there is none: a flat list of labels, grouped by what they mean or look like."""
