"""One module a section of the navigation; each lists its `PAGES`."""
