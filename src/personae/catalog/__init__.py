"""The 125 published systems as data."""
