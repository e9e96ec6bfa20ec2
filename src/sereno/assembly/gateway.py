"""Settings to a running gateway."""
