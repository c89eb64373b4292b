"""A dated plan for the days around microneedling: what to avoid, do and expect, and who says so."""

__version__ = "1.0.0"
