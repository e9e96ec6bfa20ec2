"""What Sereno's own container is told: its settings, and how it starts."""

from __future__ import annotations

SETTINGS = """\
# Written by `sereno stack build`; do not edit. Settings of your own: SERENO_… in the environment of the service.
data = "/data"

[gateway]
listen = "0.0.0.0:11434"
allowed_hosts = ["sereno", "drift-monitor"]

[keeper]
listen = "0.0.0.0:8004"

[upstreams.default]
url = "http://ollama:11434"

[store]
url = "postgresql://ai_user@postgres:5432/ai_platform"
password_file = "/run/secrets/postgres_password"
"""

START = """\
#!/bin/sh
# The first start takes the keys that `sereno stack secrets` issued; `sereno keys add` issues more.
set -eu
umask 077
[ -e /data/keys.json ] || cp /run/secrets/sereno_keys /data/keys.json
exec sereno up --config /etc/sereno/sereno.toml
"""
