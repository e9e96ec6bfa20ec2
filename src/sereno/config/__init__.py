"""Settings: declared once, read from four sources, handed on as one validated record.

`table` declares every setting (name, kind, default, help); `kinds` says what a value may look like; `sources`
reads the TOML file, the environment and the command line; `load` merges them, later ones winning, and
validates the whole; `report` and `reference` show the result and write `docs/configuration.md`.

Light on purpose (standard library and msgspec): the gateway's processes import it.
"""

from sereno.config.kinds import Address, Secret
from sereno.config.load import Loaded, load
from sereno.config.sections.upstream import Upstream
from sereno.config.setting import Setting
from sereno.config.table import SETTINGS, Settings, find

__all__ = ["SETTINGS", "Address", "Loaded", "Secret", "Setting", "Settings", "Upstream", "find", "load"]
