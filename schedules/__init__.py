"""The rule files that ship with needlecare; data only."""
