"""Reviewing rule files: worked cases, what changes between two of them, and a clinic's first file."""
