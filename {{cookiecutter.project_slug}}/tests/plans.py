"""Find Python functions that a query runs more than once on the same rows."""

import re
from collections import Counter

CALLS = re.compile(r"EvalPython \[(.+?)\], \[pythonUDF")
"""The calls of a node, such as `describe(id#0L, usage#1)#2`; the last number is their result's."""

CACHED = "+- InMemoryRelation"
"""The node below which the plan of a cached frame is shown, once for each use of the frame."""


def repeated_calls(plan: str) -> list[str]:
    """Name the functions that a physical plan, as `explain()` prints it, calls twice on the same.

    Spark does so where a filter on a function's output is pushed below it. Plans of cached frames
    are looked at each by itself.
    """
    calls: Counter[tuple[int, str]] = Counter()
    caches: list[tuple[int, int]] = []  # those around a line: indentation, and a number for each
    for number, line in enumerate(plan.splitlines(), 1):
        depth = len(line) - len(line.lstrip(" :+-*"))
        caches = [cache for cache in caches if cache[0] < depth]
        if CACHED in line:
            caches.append((depth, number))
        for call in CALLS.findall(line):
            calls[caches[-1][1] if caches else 0, re.sub(r"\)#\d+", ")", call)] += 1
    return [call.partition("(")[0] for (_, call), count in calls.items() if count > 1]
