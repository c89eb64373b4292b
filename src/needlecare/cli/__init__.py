"""The command line: the only part, with storage, that reads the clock, the environment or a file."""
