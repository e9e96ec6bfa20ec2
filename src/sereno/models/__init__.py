"""Clients of model servers: what Sereno itself asks them."""
