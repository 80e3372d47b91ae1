"""Study what personas do to a model: many conditions, the same questions, statistics."""

from __future__ import annotations

import typer

from personae.cli.study_aspects import bias_aspects
from personae.cli.study_bias import answers, bias
from personae.cli.study_effect import persona_effect
from personae.cli.study_interaction import interaction
from personae.cli.study_personallm import personallm
from personae.cli.study_principled import principled
from personae.cli.study_stories import stories
from personae.cli.study_toxicity import toxicity

app = typer.Typer(add_completion=False)
app.command("persona-effect")(persona_effect)
app.command()(principled)
app.command()(bias)
app.command()(answers)
app.command()(personallm)
app.command()(interaction)
app.command()(stories)
app.command()(toxicity)
app.command("bias-aspects")(bias_aspects)


@app.callback()
def study() -> None:
    """Studies: who answers is varied, the questions stay. The same command resumes one."""
