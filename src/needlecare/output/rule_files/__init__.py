"""What is said about rule files: what they hold, what is wrong with them, what changes from one to another."""
