"""How people are told: Alertmanager's configuration, its texts, and its API.

`configuration` is pure; `client` talks to a running Alertmanager.
"""
