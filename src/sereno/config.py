"""Settings: one table."""
