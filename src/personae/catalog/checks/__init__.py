"""Checks of the systems, one module each: `check(context)` returns evidence or raises."""
