"""Files: written completely or not at all, private; and the saved treatments."""
