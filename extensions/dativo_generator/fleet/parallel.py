"""Share work among processes: a function over many items, on every core that may be used."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

# Below this many items the processes cost more than they bring.
_FEW = 64
_SHARE = 16

_function: Callable[[Any], Any] | None = None


def mapped(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Yield ``(index, function(item))`` for every item, in the order in which they are done.

    The processes are forked, so that whatever `function` refers to is there and is not loaded again; only items and
    results are passed between them. Where there is no fork, one process does everything.
    """
    global _function
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(items) < _FEW or cores < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for index, item in enumerate(items):
            yield index, function(item)
        return
    _function = function
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("fork")) as pool:
        shares = [range(start, min(start + _SHARE, len(items))) for start in range(0, len(items), _SHARE)]
        futures = {pool.submit(_work, [items[index] for index in share]): share for share in shares}
        for future in as_completed(futures):
            yield from zip(futures[future], future.result(), strict=True)


def _work(items: Sequence[Any]) -> list[Any]:
    return [_function(item) for item in items]
