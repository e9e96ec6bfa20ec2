"""The composition root: joins settings, rooms and a concrete store into processes."""
