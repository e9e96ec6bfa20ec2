"""The SQLite store: the default, one file."""
