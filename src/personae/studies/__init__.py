"""Studies: many conditions answer the same questions; one file each, pure functions, an ENTRY."""
