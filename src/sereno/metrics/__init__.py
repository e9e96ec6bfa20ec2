"""Metrics: what a call counts, and how counts are shown to Prometheus. Pure."""
