"""The status file of a worker: what runs now, and what was counted, shared with the keeper through memory.

`DATA/run/worker-{N}.status` is one page of 64-bit words (native order) and a table of slots, one an open call:

    word 0 magic · 1 version · 2 worker · 3 slots ever used at once · from 8 `GAUGES` · from 32 `COUNTERS`
    slot   word 0 sequence · 1 CRC-32 · 2 started_ns · 3 bytes · 4–5 id · 6 model's length · 7 open · 8–23 model

Every word is stored at once (aligned 8 bytes), so a counter is never torn. A slot's sequence is odd while it is being
changed; a reader that saw it odd, or changing, reads again, and the CRC says whether what it saw belongs together.
Counters go on where the worker's earlier life left them. The file is allocated whole before it is mapped, because
a write to a hole on a full disk would kill the process; where that fails the status lives in memory only.
"""

from __future__ import annotations

import struct

MAGIC = int.from_bytes(b"SRNOSTA1", "little")
VERSION = 1
REJECT_REASONS = (
    "bad_request",  # 400: what was sent is not HTTP, or its framing is ambiguous
    "host",  # 403: the Host header is neither a loopback name nor allowed
    "unauthorized",  # 401, 403: no key, or one without the scope
    "rate_limit",  # 429: the key's requests per minute are used up
    "body_too_large",  # 413
    "uri_too_long",  # 414
    "head_too_large",  # 431
    "slow_head",  # 408
    "connection_limit",  # the maximum of client connections was open
    "upgrade",  # 501: Upgrade and CONNECT are refused
    "keeper_down",  # 503: a path of ours, and the keeper does not answer
    "other",
    "budget",  # 429: the key's budget of the month is spent; here, since new ones go at the end
)
DROP_REASONS = ("budget", "queue", "disk", "encode")
GAUGES = ("pid", "started_ns", "heartbeat_ns", "rss", "connections", "capture_bytes", "open_calls")
"""Fields that begin at 0 in each life of a worker. `open_calls` counts also those for which no slot was free."""
COUNTERS = (
    "requests",
    "bytes_in",
    "bytes_out",
    "upstream_errors",
    "records",
    "strict_timeouts",
    *(f"dropped.{reason}" for reason in DROP_REASONS),
    *(f"rejected.{reason}" for reason in REJECT_REASONS),
)
"""Fields that only grow, also over restarts. New ones go at the end."""

FIRST_GAUGE = 8
FIRST_COUNTER = 32
WORD = {
    **{name: FIRST_GAUGE + i for i, name in enumerate(GAUGES)},
    **{name: FIRST_COUNTER + i for i, name in enumerate(COUNTERS)},
}
"""Word of each field in the first page."""
USED_WORD = 3
PAGE_BYTES = 4096
SLOTS = 4096
SLOT_BYTES = 192
MODEL_BYTES = 128
FILE_BYTES = PAGE_BYTES + SLOTS * SLOT_BYTES
SLOT = struct.Struct("=QQQQ16sQQ128s")
CHECKED = struct.Struct("=Q16sQ")
