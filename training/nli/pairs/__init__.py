"""Makes labelled pairs (what was said, persona statement) from rules, word lists and dialogues."""
