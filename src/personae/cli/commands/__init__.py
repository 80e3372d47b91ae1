"""One file a command. Each defines `app`, a Typer, and is imported only when it is called."""
