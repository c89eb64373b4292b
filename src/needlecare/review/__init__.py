"""For reviewing rules: worked cases, what changes between two rule files, and a clinic's first file."""
