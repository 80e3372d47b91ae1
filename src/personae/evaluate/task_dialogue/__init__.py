"""Task-oriented dialogue: pipelines of modules, a user simulator, and what comes of both (S086)."""
