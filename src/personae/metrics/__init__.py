"""Measures of replies, batch first."""
