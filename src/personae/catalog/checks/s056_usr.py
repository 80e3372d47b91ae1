"""S056 usr: the paper's regression, retrieval that knows the true reply, and agreement with people.

True replies are those of the held-out dialogues that ship; drawn ones are of another persona's
dialogue. Where USR's PersonaChat replies are in the data folder, the grade must go further with
people's than the length of the reply does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Sample
from personae.draft import Kit
from personae.encoders.dialogue_retrieval import Reply, kept_retrieval
from personae.evaluate.foils import foil_rows, held_out_replies, liked
from personae.formats.rated import TRAINED_ON, RatedReply, read_usr
from personae.lm.types import LanguageModel
from personae.metrics.correlation import spearman
from personae.metrics.usr import PAPER, as_reply, usr, usr_scores
from personae.metrics.usr_dr_c import usr_dr_c

GRADED = ("usr-personachat", "pc_usr_data.json")
SHARE = 0.8  # of the true replies that must be before a drawn one, as the design asks
PAPERS_LENGTH = 0.268  # Spearman of the length on all 300 replies
FOIL_SCENES = 10
Chances = Callable[[Sequence[Reply]], Sequence[float | None]]


def check(context: CheckContext) -> list[str]:
    """Formula, retrieval, foils; and the grades of people where they are."""
    retrieval, people = kept_retrieval(), held_out_replies()
    lm = context.lm()
    evidence = [
        *formula(),
        true_before_drawn("DR_c", retrieval.of_context, people),
        true_before_drawn("DR_f", retrieval.of_fact, people),
        foils_fail(lm, people[:FOIL_SCENES]),
    ]
    file = context.datasets_dir.joinpath(*GRADED)
    if not file.exists():
        return [*evidence, "USR's PersonaChat replies are not here: no grades of people compared"]
    return [*evidence, people_agree(lm, read_usr(file, TRAINED_ON))]


def formula() -> list[str]:
    """(a) The released regression, to the last digit. Raises CheckFailed."""
    means = {"mlm": -1.0123, "dr_c": 0.8605, "dr_f": 0.8472}
    at_means = PAPER.overall(means)
    gain = PAPER.overall({**means, "dr_c": 0.8605 + 0.3026}) - at_means
    expect(abs(at_means - 3.5975) < 1e-9, f"The grade at the paper's means is {at_means}.")
    expect(abs(gain - 1.4738) < 1e-9, f"One spread of DR_c adds {gain}.")
    return ["the paper's regression: 3.5975 at its means, one spread of DR_c adds 1.4738"]


def true_before_drawn(name: str, chances: Chances, people: Sequence[Sample]) -> str:
    """(b) How often a true reply is likelier than one of another dialogue. Raises CheckFailed."""
    true = [as_reply(one) for one in people]
    # Half the list further on is another dialogue.
    drawn = [
        Reply(one.turns, people[(at + len(people) // 2) % len(people)].reply, one.facts)
        for at, one in enumerate(true)
    ]
    pairs = list(zip(chances(true), chances(drawn), strict=True))
    right = sum((a or 0) > (b or 0) for a, b in pairs) / len(pairs)
    told = f"{name} puts the true reply before a drawn one in {right:.0%} of {len(pairs)}"
    expect(right >= SHARE, f"{told}, not in {SHARE:.0%}.")
    return told


def foils_fail(lm: LanguageModel, people: Sequence[Sample]) -> str:
    """(b) Neither DR_c nor the grade likes what is no good reply. Raises CheckFailed."""
    told = []
    for name, metric in (("usr-dr-c", usr_dr_c()), ("usr", usr())):
        rows = foil_rows(name, metric, Kit(lm=lm), people)
        if name != "usr":  # the order of the words is the likelihood's to judge
            rows = [row for row in rows if row.foil != "shuffled words"]
        for foil in liked(rows).values():
            expect(False, f"{name} likes the {foil.foil}: it beats people in {foil.beats:.0%}.")
        told.append(f"{name} {', '.join(f'{row.foil} {row.beats:.0%}' for row in rows)}")
    return f"foils that beat what a person wrote, of {len(people)}: {'; '.join(told)}"


def people_agree(lm: LanguageModel, rated: Sequence[RatedReply]) -> str:
    """(c) Spearman with people's grades, beside that of the length. Raises CheckFailed."""
    samples, grades = [one.sample for one in rated], [one.rating for one in rated]
    ours = spearman([one.overall for one in usr_scores(samples, Kit(lm=lm))], grades)
    length = spearman([len(one.reply.split()) for one in samples], grades)
    told = f"Spearman with people's grades of {len(rated)} PersonaChat replies: {ours:.3f}"
    bar = max(length, PAPERS_LENGTH)
    expect(ours > bar, f"{told}, that of the length {length:.3f} (of all 300 {PAPERS_LENGTH}).")
    return f"{told}; by length alone {length:.3f}"
