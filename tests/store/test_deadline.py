"""A limit around reading: it ends queries, only them, and only while it is in force."""

from __future__ import annotations

from threading import Thread
from time import monotonic

import pytest

from sereno.store.deadline import deadline, due


def test_without_a_limit_there_is_none() -> None:
    assert due() is None
    with deadline(None):
        assert due() is None


def test_the_earlier_limit_counts_and_the_outer_one_comes_back() -> None:
    with deadline(100.0):
        outer = due()
        assert outer is not None
        with deadline(1000.0):
            assert due() == outer
        with deadline(1.0):
            inner = due()
            assert inner is not None
            assert inner <= monotonic() + 1.0 < outer
        with deadline(None):
            assert due() == outer
        assert due() == outer
    assert due() is None


def test_it_is_over_also_after_an_error() -> None:
    with pytest.raises(KeyError), deadline(5.0):
        raise KeyError
    assert due() is None


def test_another_thread_has_its_own() -> None:
    seen: list[float | None] = []
    with deadline(5.0):
        thread = Thread(target=lambda: seen.append(due()))
        thread.start()
        thread.join()
    assert seen == [None]
