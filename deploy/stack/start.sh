#!/bin/sh
# The first start takes the keys that `sereno stack secrets` issued; `sereno keys add` issues more.
set -eu
umask 077
[ -e /data/keys.json ] || cp /run/secrets/sereno_keys /data/keys.json
exec sereno up --config /etc/sereno/sereno.toml
