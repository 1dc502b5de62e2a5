"""Run a function of a test in a process of its own, in the scanner's place of a lab."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest_socket

from riskscan.lab import Lab


def call_inside(lab: Lab, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the function returns; an error in there is an AssertionError with its trace."""
    mine, theirs = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=_inside, args=(lab, theirs, function, arguments))
    process.start()
    theirs.close()
    try:
        good, result = mine.recv()
    finally:
        process.join()
    if not good:
        raise AssertionError(f"from the scanner's place:\n{result}")
    return result


def _inside(
    lab: Lab, answer: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    try:
        lab.enter()
        pytest_socket._remove_restrictions()  # this process cannot reach anything real any more
        answer.send((True, function(*arguments)))
    except BaseException:
        answer.send((False, traceback.format_exc()))
