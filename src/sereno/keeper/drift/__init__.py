"""Drift in a keeper: references made of the record, checks of live traffic, what they lead to.

`monitor` is the attachment; what is drift, and what is a reason to train, `sereno.drift` decides.
"""
