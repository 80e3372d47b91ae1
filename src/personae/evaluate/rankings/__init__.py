"""Rankings of systems from pairwise votes, with what is uncertain about them (S091)."""
