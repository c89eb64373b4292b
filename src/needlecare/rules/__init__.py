"""Rule files: reading and checking them, and finding the position of each problem."""
