"""What people and programs read: one folder for each kind of output."""
