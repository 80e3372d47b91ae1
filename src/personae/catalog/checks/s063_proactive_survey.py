"""S063: every leaf of the tree of proactive tasks runs somewhere or is printed as not covered.

The entry's second demand, one scripted agent through every covered task, waits for such tasks.
"""

from __future__ import annotations

from personae.catalog.audit import audit_coverage
from personae.catalog.check import CheckContext


def check(context: CheckContext) -> list[str]:
    """Count rows, leaves and gaps again from the files. Raises CheckFailed."""
    return [
        *audit_coverage("proactive"),
        "not tried: one agent through every proactive task, because no such task is built yet",
    ]
