"""Answers: may I, is this normal, why, and what to do in an emergency."""
