"""Work of some seconds beside the page: begun once for all who ask the same, seen in progress, stopped on request."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from queries import store

Result = TypeVar("Result")
REMEMBERED = 24
_AT_ONCE = threading.Semaphore(2)
log = logging.getLogger("pulse.background")


class Cancelled(Exception):
    """Raised inside the work when nobody wants it any more."""


class Work(Generic[Result]):
    """One piece of work. `share` grows from 0 to 1; `result` is there once it `is_over`, unless it failed or was stopped."""

    def __init__(self) -> None:
        self.share = 0.0
        self.result: Result | None = None
        self._over, self._unwanted = threading.Event(), threading.Event()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def is_cancelled(self) -> bool:
        return self._unwanted.is_set()

    def wait(self, seconds: float) -> bool:
        """Give it a moment; whether it is over."""
        return self._over.wait(seconds)

    def cancel(self) -> None:
        """Ask it to stop at its next step."""
        self._unwanted.set()

    def step(self, share: float) -> None:
        """Called by the work itself: so much is done."""
        if self.is_cancelled:
            raise Cancelled
        self.share = share

    def _run(self, function: Callable[[Callable[[float], None]], Result]) -> None:
        try:
            with _AT_ONCE:
                self.result = function(self.step)
        except Cancelled:
            pass
        except Exception:
            log.exception("work failed")
        finally:
            self._over.set()


_works: OrderedDict[Hashable, Work[Any]] = OrderedDict()
_gate = threading.Lock()


def begin(key: Hashable, function: Callable[[Callable[[float], None]], Result]) -> Work[Result]:
    """The work known by `key` on the store as it is now, begun unless it is under way or done. `function` is given `step`."""
    known = (str(store.paths().database), store.version(), key)
    with _gate:
        work = _works.get(known)
        if work is None or work.is_cancelled:
            work = _works[known] = Work()
            threading.Thread(target=work._run, args=(function,), daemon=True).start()
        _works.move_to_end(known)
        while len(_works) > REMEMBERED:
            _works.popitem(last=False)[1].cancel()
        return work
