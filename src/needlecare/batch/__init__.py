"""Many appointments at once: the rows of a booking system's export."""
