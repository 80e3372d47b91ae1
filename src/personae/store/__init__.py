"""What lasts: personas, sessions, turns, vectors and full text in one database."""
