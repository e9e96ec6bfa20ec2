"""Adapters in S3, MinIO and what speaks as they do: `s3://bucket/prefix`.

Keys, region and address come from the environment, as the tools of S3 have them: `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL`. Needs the extra `s3`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sereno.artifacts.source import CHUNK
from sereno.lora.document import AdapterError

SCHEME = "s3://"
MOST_FILES = 10_000
_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x20\x7f?#]{1,1024})?/?", re.ASCII)


class S3:
    """The objects right below a prefix.

    Args:
        url: `s3://bucket/prefix`.

    Raises:
        AdapterError: the address is wrong, or the extra is not installed.
    """

    def __init__(self, url: str) -> None:
        if not _ADDRESS.fullmatch(url) or ".." in url.split("/"):
            raise AdapterError(f"{url[:200]!a} is no address of S3; expected s3://BUCKET/PREFIX")
        try:
            from obstore.store import S3Store  # noqa: PLC0415  an extra
        except ImportError:
            raise AdapterError("Reading from S3 needs an extra: pip install 'sereno[s3]'") from None
        self._url = url.rstrip("/")
        options: Any = {"timeout": timedelta(seconds=60), "connect_timeout": timedelta(seconds=5)}
        if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
            options["allow_http"] = True
        retries: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
        try:
            self._store = S3Store.from_url(self._url, client_options=options, retry_config=retries)
        except Exception as error:  # noqa: BLE001  the library's errors share no class
            raise AdapterError(f"{self._url} cannot be opened: {_short(error)}") from None

    @property
    def location(self) -> str:
        """The address."""
        return self._url

    def sizes(self) -> Mapping[str, int]:
        """Objects right below the prefix and their bytes."""
        found: dict[str, int] = {}
        try:
            for page in self._store.list():
                for entry in page:
                    if "/" not in entry["path"]:
                        found[entry["path"]] = entry["size"]
                if len(found) > MOST_FILES:
                    break
        except Exception as error:  # noqa: BLE001  the library's errors share no class
            raise AdapterError(f"{self._url} cannot be listed: {_short(error)}") from None
        if len(found) > MOST_FILES:
            raise AdapterError(f"{self._url} holds more than {MOST_FILES:,} objects; no adapter does")
        return found

    def chunks(self, name: str) -> Iterator[bytes]:
        """An object's bytes."""
        try:
            for block in self._store.get(name).stream(min_chunk_size=CHUNK):
                yield bytes(block)
        except Exception as error:  # noqa: BLE001  the library's errors share no class
            raise AdapterError(f"{self._url}/{name} cannot be read: {_short(error)}") from None


def _short(error: Exception) -> str:
    """The first line of what a library says, without the request that may be in it."""
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first[:300]
