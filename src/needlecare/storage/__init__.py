"""Files: whole or not at all, private, and the saved treatments."""
