"""Run a function over many items in parallel: in processes on all cores, or in threads that wait for the disk."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from threading import Thread
from typing import Any

from ..base.errors import DativoError
from .interruption import SIGNALS, blocked

# For fewer items, starting processes costs more than it saves.
_FEW = 64
_SHARE = 16
# How many threads wait for the disk at a time: it serves several requests at once.
_WAITING = 16

# What the processes share, since they are forked: the function, and its items.
_function: Callable[[Any], Any] | None = None
_items: Sequence[Any] = ()


class WorkerError(DativoError):
    """A worker process has died."""


def mapped(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Yield ``(index, function(item))`` for every item, in the order in which they finish.

    The processes are forked, so that they share the items and whatever `function` refers to; only results are passed
    between them. Without fork, everything runs in this process.
    """
    global _function, _items
    cores = _cores()
    if len(items) < _FEW or cores < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for index, item in enumerate(items):
            yield index, function(item)
        return
    _function, _items = function, items
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), _alone)
    try:
        shares = [range(start, min(start + _SHARE, len(items))) for start in range(0, len(items), _SHARE)]
        with blocked():  # until each process has set up its signals
            futures = {pool.submit(_work, share): share for share in shares}
        for future in as_completed(futures):
            yield from zip(futures[future], future.result(), strict=True)
    except BrokenProcessPool:
        raise WorkerError(
            "run the command again: one of its processes was killed, perhaps for lack of memory"
        ) from None
    finally:
        # On an interrupt, wait only for the shares that are running.
        pool.shutdown(cancel_futures=True)


def overlapped(function: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> None:
    """Call ``function(*item)`` for every item, some at a time; raises the first error after all are done."""
    if len(items) < _FEW:
        _each(function, items)
        return
    with ThreadPoolExecutor(_WAITING) as pool:
        futures = [pool.submit(_each, function, items[start::_WAITING]) for start in range(_WAITING)]
    for future in futures:
        future.result()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _alone() -> None:
    """Set up a worker: it leaves signals to its parent, and ends when its parent does."""
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _each(function: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> None:
    for item in items:
        function(*item)


def _work(share: range) -> list[Any]:
    return [_function(_items[index]) for index in share]
