"""File formats of personas and dialogues, one module each.

A format module defines `read(source: Path) -> Iterator[noun]` and, where it makes sense,
`write(nouns, target: Path) -> None`. It raises FormatError with file and line on bad input.
"""
