"""Model servers that load adapters, each by its own API."""
