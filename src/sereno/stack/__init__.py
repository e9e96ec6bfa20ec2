"""The whole stack as files: what Prometheus scrapes, and the containers of docker compose.

Pure: a plan in, texts by path out. Names of services are those that people know from the documents Sereno was asked
for in; images are pinned, ports are on loopback, secrets are files that `secrets.py` makes.
"""
