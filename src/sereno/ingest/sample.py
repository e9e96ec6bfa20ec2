"""The sample: daily S&P 500 from January 1999 to December 2018, in the data of the `arch` package. Needs no network."""

from __future__ import annotations

import gzip
from importlib.metadata import PackageNotFoundError, files

from sereno.errors import ConfigError
from sereno.ingest.bar import Bar
from sereno.ingest.csv_bars import read_bars

FILE = "sp500.csv.gz"


def sample_bars() -> list[Bar]:
    """Every day of the sample, oldest first. Only the file is read; `arch` itself is never imported.

    Raises:
        ConfigError: the package is not installed.
    """
    try:
        found = next((path for path in files("arch") or () if path.name == FILE), None)
    except PackageNotFoundError:
        found = None
    if found is None:
        raise ConfigError("the sample is part of the package arch, which is missing; pip install 'sereno[ingest]'")
    text = gzip.decompress(found.read_binary()).decode()
    return read_bars(text.splitlines(keepends=True), "the sample")
