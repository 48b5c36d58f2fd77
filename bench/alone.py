"""Work in a process of its own: an instance, and what it loads, live as long as their process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def run(work: Callable[P, R], *given: P.args, **more: P.kwargs) -> R:
    """What the work answers, from a new process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as alone:
        return alone.submit(work, *given, **more).result()
