"""What people of a kind tend to be, do, want and have lived through (PeaCoK, S048).

`people.tsv` is our own graph, written for this project: 145 heads ("I am a nurse") with 18 facts
each. How it was made and checked: docs/commonsense.md.
"""

from __future__ import annotations
