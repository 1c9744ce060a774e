"""A third reader's charts: each expectation was derived from criteria.md before the chart was run.

They aim at combinations (a held drug and its restart, a change of dose with a drug taken as needed beside it, partial
dates at the edge of a window). Every chart is also held against what must be true of any answer (`invariants.py`).
"""
