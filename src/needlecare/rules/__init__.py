"""Rule files: reading, checking, and where in the file a problem is."""
