"""A damaged frame in the journal of a running Sereno: it is counted, everything else is stored."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from sereno.journal.folder import list_segments, worker_folder
from sereno.journal.reader import JournalReader

StartSereno = Callable[..., Any]
StartLoad = Callable[..., Any]
WaitFor = Callable[..., Any]


def test_one_damaged_frame_costs_one_call(start_sereno: StartSereno, start_load: StartLoad, wait_for: WaitFor) -> None:
    sereno = start_sereno()
    (keeper,) = sereno.pids("keeper")
    os.kill(keeper, signal.SIGSTOP)
    load = start_load(sereno.port)
    wait_for(lambda: len(load.completed) > 50, "some calls")
    load.stop()
    journal = JournalReader(sereno.data / "journal")
    wait_for(lambda: len(journal.read(journal.start(0)).frames) == len(load.completed), "their records")
    (segment,) = list_segments(worker_folder(journal.folder, 0))
    frame = journal.read(journal.start(0), max_frames=21).frames[-1]
    with segment.path.open("r+b") as file:
        file.seek(frame.position_after.offset - 10)
        file.write(b"\xff\x00\xff")
    os.kill(keeper, signal.SIGCONT)
    sereno.wait_ingested()
    damaged = journal.decode(frame.payload)
    stored = {message["prompt"].split(" ")[0] for message in sereno.messages()}
    (lost,) = set(load.completed) - stored
    assert lost.encode() in damaged.request_body
    assert sereno.metric("sereno_journal_poisoned_frames_total") == 1
    assert sereno.metric("llm_requests_total") == sereno.aggregated() == len(load.completed) - 1
