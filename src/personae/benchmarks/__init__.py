"""Benchmarks: one file each; an entry's factory returns questions as data (see `types`)."""
