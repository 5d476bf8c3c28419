# SPDX-License-Identifier: MIT
"""One exception for what a user can act on: its text is printed as it is, without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

import children


class Failure(Exception):
    """Something went wrong that a sentence can explain; `status` is the exit status it ends with."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def run_main(program: str, main: Callable[[], int]) -> None:
    """Run a command's `main`: exit with its status, print a Failure as a sentence, end quietly on Ctrl-C."""
    children.end_as_interrupted()
    try:
        status = main()
    except Failure as failure:
        print(f"{program}: {failure}", file=sys.stderr)
        status = failure.status
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        status = 130
    except BrokenPipeError:
        status = 141
    sys.exit(status)
