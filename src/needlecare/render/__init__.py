"""Plan -> text or bytes, pure: a module a format, and the words and dates that they share."""
