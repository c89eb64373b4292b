"""Runs work in several processes. Results come in order, memory stays constant, and no process outlives this one."""

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

AHEAD = 4  # pieces for each process that are begun and not yet returned

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Instructions = TypeVar("Instructions")


def results(
    work: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    *,
    jobs: int,
    prepare: Callable[[Instructions], None],
    instructions: Instructions,
) -> Iterator[Result]:
    """Yield the result of each piece, in order. In each process, `prepare` is called once with the instructions.

    With one job, the work is done in this process. If the caller stops early, pieces that were begun are finished, and
    no others are begun. Raises what `work` raises, and WriteError if another program stopped a process.
    """
    if jobs == 1:
        prepare(instructions)
        yield from map(work, pieces)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy threads in the middle of something
    with _starting():
        pool = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_begin, initargs=(prepare, instructions)
        )
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
    """Delay interruptions while processes start: one that is not ready yet would end with a traceback.

    Raises WriteError if the system cannot start another process.
    """
    try:
        with system.interrupts_delayed():
            yield
    except (OSError, NotImplementedError) as error:  # the latter if the system has no semaphores
        raise WriteError(
            f"cannot start another worker process: {reason(error)}; leave --jobs out, or give fewer"
        ) from None


def _begin(prepare: Callable[[Instructions], None], instructions: Instructions) -> None:
    """Begin a process: it leaves interruptions to its parent, and ends when its parent does, even if that is killed."""
    system.ignore_interrupts()  # not SIGTERM, by which the pool ends its processes
    Thread(target=_end_with_parent, daemon=True).start()
    prepare(instructions)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
