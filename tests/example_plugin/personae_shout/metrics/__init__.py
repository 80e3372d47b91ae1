"""Metrics of the example extension."""
