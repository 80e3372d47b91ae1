"""Studies: many conditions answer the same questions, and statistics tell what they do."""
