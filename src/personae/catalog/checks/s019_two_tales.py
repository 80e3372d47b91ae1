"""S019: every system has a leaf of the tree, and every leaf runs somewhere or is a listed gap."""

from __future__ import annotations

from personae.catalog.audit import audit_coverage
from personae.catalog.check import CheckContext


def check(context: CheckContext) -> list[str]:
    """Count rows, leaves and gaps again from the files. Raises CheckFailed."""
    return audit_coverage("two-tales")
