"""Shared steps of a reply: recall, prompt, generate, clean, choose."""
