"""Where a PostgreSQL store is: the parts of `store.url`, and its name in messages, which never holds a password."""

from __future__ import annotations

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sereno.errors import ConfigError

EXPECTED = "postgresql://USER@HOST:PORT/DATABASE"


class Address(msgspec.Struct, frozen=True):
    """A database and how to reach it.

    Attributes:
        conninfo: for libpq, with the password if one is known.
        name: for people.
    """

    conninfo: str
    name: str

    def __repr__(self) -> str:
        """The name: conninfo may hold a password."""
        return f"Address({self.name})"


def address(url: str, password: str | None = None) -> Address:
    """The address that a URL says.

    Args:
        url: as libpq has it, without a password.
        password: None leaves it to PGPASSWORD or ~/.pgpass.

    Raises:
        ConfigError: the URL is none, holds a password or names no database.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # libpq repeats the URL in its message, and with it what may be a password.
        raise ConfigError(f"store.url is no address of PostgreSQL; expected {EXPECTED}") from error
    if parts.get("password"):
        raise ConfigError(
            f"store.url holds a password, which every list of settings would show; write {EXPECTED}, and put the"
            " password into a file named by store.password_file, or into PGPASSWORD"
        )
    if not parts.get("dbname"):
        raise ConfigError(f"store.url names no database; expected {EXPECTED}")
    user, host = parts.get("user"), parts.get("host") or parts.get("hostaddr") or ""
    place = f"{host}:{parts['port']}" if parts.get("port") else host
    name = f"postgresql://{f'{user}@' if user else ''}{place}/{parts['dbname']}"
    defaults = {
        "application_name": "sereno",
        "connect_timeout": "5",
        "keepalives_idle": "30",
        "tcp_user_timeout": "30000",
    }
    known = {**defaults, **parts, **({"password": password} if password else {})}
    return Address(make_conninfo("", **known), name)
