"""Pages to print or to read: the handout and markdown."""
