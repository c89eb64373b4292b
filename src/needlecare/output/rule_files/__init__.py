"""Output about rule files: their content, their problems, and what changes from one to another."""
