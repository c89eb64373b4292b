"""Plain sentences, for pipes and screen readers."""
