"""Time: offsets, zones, clock changes, and what people type as a date."""
