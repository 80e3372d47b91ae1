"""Recipes: `(data, base) -> artifact`, each a file; and the training loop that they share."""
