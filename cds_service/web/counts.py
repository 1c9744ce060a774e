"""Counts that several worker processes keep together: one page of shared memory, made before the workers are forked.

Each process adds to a row of its own, so no lock between processes is needed, nothing is written to a disk, and what
a worker counted stays counted when it is killed. A reader adds the rows up. (prometheus_client's own multi-process
mode writes a file a worker and costs 2 µs for each of some hundred counts of a call; docs/decisions/0022.)
"""

import mmap
import os
import threading

ROWS = 96
"""Processes that can count at once: 64 workers are the most (`serve --workers`), and some that are being replaced."""
_USED = 0


class SharedCounts:
    """Rows of whole numbers that only grow. Add with `with counts.lock: counts.row[place] += n`."""

    def __init__(self, size: int) -> None:
        """`size`: how many numbers a row holds; their places are 1 … size (place 0 is ours)."""
        self._width = size + 1
        self._all = memoryview(mmap.mmap(-1, self._width * ROWS * 8)).cast("Q")
        self._free = set(range(1, ROWS))
        self.use(0)
        os.register_at_fork(after_in_child=self._renew_lock)

    def use(self, number: int) -> None:
        """Let this process add to a row. Called once in each worker, with what `take` gave in its parent."""
        self.lock = threading.Lock()
        self.row = self._all[number * self._width : (number + 1) * self._width]
        self.row[_USED] = 1

    def take(self) -> int:
        """A row for a process that is about to be forked. Its numbers go on from those of who had it before."""
        if not self._free:
            return ROWS - 1  # shared by two: a count may get lost, a call never
        number = min(self._free)
        self._free.remove(number)
        return number

    def give_back(self, number: int) -> None:
        """The process of this row has ended."""
        if number:
            self._free.add(number)

    def totals(self) -> list[int]:
        """The sums over all processes, by place."""
        used = [r for r in range(ROWS) if self._all[r * self._width + _USED]]
        rows = [self._all[r * self._width : (r + 1) * self._width].tolist() for r in used]
        return [sum(column) for column in zip(*rows, strict=True)]

    def _renew_lock(self) -> None:
        self.lock = threading.Lock()  # another thread of the parent may have held it
