"""Stores: where calls live. `base` is the protocol and its words; each backend has a folder of its own.

A store is synchronous; callers in an event loop use threads. One writer, any number of readers.
"""
