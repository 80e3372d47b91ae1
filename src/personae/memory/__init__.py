"""What characters remember: how memories are kept, revised, found and forgotten."""
