"""Arithmetic on next-token distributions: which token to take, apart from what the model says."""
