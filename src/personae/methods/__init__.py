"""Ways to reply, published and our own: each a chain of steps in one file."""
