"""Work over several cores: in the order of its pieces, a few of them at a time, and ended with its parent."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

from needlecare import system
from needlecare.errors import WriteError
from needlecare.storage.files import reason

AHEAD = 4  # pieces for each process that are in progress or wait to be reported

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Order = TypeVar("Order")


def results(
    work: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    *,
    jobs: int,
    prepare: Callable[[Order], None],
    order: Order,
) -> Iterator[Result]:
    """Yield the result of each piece, in order; `prepare` is called with the order once in each process.

    One job works in this process. However it ends, what is under way is finished
    and what is not is left. Raises what `work` raises, and WriteError if a
    process was stopped from outside.
    """
    if jobs == 1:
        prepare(order)
        yield from map(work, pieces)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy threads in the middle of something
    with _starting():
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(prepare, order))
    under_way: deque[Future[Result]] = deque()
    try:
        for piece in pieces:
            with _starting():
                under_way.append(pool.submit(work, piece))
            if len(under_way) > AHEAD * jobs:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool:
        raise WriteError(
            "another program stopped a worker process of this batch; run it again to do the rest"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _starting() -> Iterator[None]:
    """Let an interruption wait while processes start, which begin with what waits here: one that came
    before they were ready would end them with a traceback. Raises WriteError if the system has none to give.
    """
    try:
        with system.interrupts_delayed():
            yield
    except (OSError, NotImplementedError) as error:  # the latter where there are no semaphores
        raise WriteError(
            f"cannot start another worker process: {reason(error)}; leave --jobs out, or give fewer"
        ) from None


def _begin(prepare: Callable[[Order], None], order: Order) -> None:
    """Make a process ready: an interruption is its parent's to answer, and it does not outlive it."""
    system.ignore_interrupts()  # not SIGTERM, by which the pool ends its processes
    Thread(target=_end_with_parent, daemon=True).start()
    prepare(order)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
