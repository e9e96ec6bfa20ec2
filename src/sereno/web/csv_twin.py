"""The CSV twin of a page: its table as text."""

from __future__ import annotations

import csv
import io

from sereno.query.cells import neutralised
from sereno.web.page import Table


def csv_text(table: Table) -> bytes:
    """A table as CSV (RFC 4180), cells that a spreadsheet would run neutralised; unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([neutralised(c) if isinstance(c, str) else "" if c is None else c for c in row])
    return text.getvalue().encode("utf-8", "replace")
