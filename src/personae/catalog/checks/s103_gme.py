"""S103 gme: edits ground the reply, are smaller than appending, and are not made where not needed.

A fixed sample of PersonaMinEdit's test part. BLEU alone is not asked for: appending the persona has
more of it than human writers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.data import Persona, Scene
from personae.encoders.contradiction import judge_replies
from personae.encoders.nli import open_nli
from personae.encoders.types import Nli
from personae.evaluate.minimal_editing import BASELINES, Item, human, measured, read_items
from personae.lm.scripted import ScriptedModel
from personae.lm.types import LanguageModel
from personae.metrics.types import Scores
from personae.speaker import Speaker
from personae.steps.minimal_edits import edit_reply, groundings

_TEST = ("gme-personachat", "data", "personachat-ucpt", "test.json")
_ITEMS = 24
_MARGIN = 20.0  # of P-score above copying, as the design asks
_GOLD_SHARE = 0.05

EditOne = Callable[[Item, str, Sequence[str]], str]


def check(context: CheckContext) -> list[str]:
    """The editor on the sample, and as a post-processor of replies that clash."""
    items = random.Random(context.seed).sample(read_items(data_file(context, *_TEST)), _ITEMS)
    nli, lm = open_nli(), context.lm()
    return [*compare(items, nli, editor(nli, lm)), *repair(items, nli)]


def editor(nli: Nli, lm: LanguageModel | None) -> EditOne:
    """`edit_reply` with these models, one statement at a time."""

    def edit(item: Item, reply: str, statements: Sequence[str]) -> str:
        heard = item.context[-1] if item.context else ""
        return edit_reply(
            reply, statements[-1], nli=nli, lm=lm, heard=heard, others=statements[:-1]
        ).after

    return edit


def compare(items: Sequence[Item], nli: Nli, edit: EditOne) -> list[str]:
    """Figures of the editor beside copying, appending and people. Raises CheckFailed."""
    outputs = [_edited(item, edit) for item in items]
    ours = measured(items, outputs, nli)
    copy, append = (
        measured(items, [BASELINES[name](item) for item in items], nli)
        for name in ("copy", "copy + append persona")
    )
    gain = ours["p-score"].total - copy["p-score"].total
    expect(gain >= _MARGIN, f"P-score is {gain:+.1f} above copying, not {_MARGIN:.0f} or more.")
    size, limit = ours["edited tokens"].total, append["edited tokens"].total
    expect(size < limit, f"{size:.1f} tokens are edited a reply, appending takes {limit:.1f}.")
    kept, said = _unchanged(items, outputs, nli)
    expect(said > 0, "No reply of the sample says its statement already: nothing was tested.")
    expect(kept == said, f"Of {said} replies that say the statement already, {kept} were kept.")
    rows = {"edited": ours, "copy": copy, "append": append, "people": human(items, nli)}
    return [
        *(f"{name}: {_shown(figures)}" for name, figures in rows.items()),
        f"{kept} of {said} replies that say their statement already came back unchanged",
    ]


def repair(items: Sequence[Item], nli: Nli) -> list[str]:
    """The method as a post-processor of one that says what people wrote. Raises CheckFailed."""
    before, after = [], []
    for item in items:
        scene = Scene(persona=Persona(name="Ana", statements=item.statements)).said("Bo", "Hello.")
        lm = ScriptedModel([item.reply], capabilities=["chat"])
        speaker = Speaker(lm, "minimal-editing", nli=nli, options={"options": {"max_sentences": 0}})
        reply = speaker.reply(scene)
        said = reply.draft.candidates[0].detail.get("edited_from", reply.text)
        before.append(_contradicts(nli, said, item))
        after.append(_contradicts(nli, reply.text, item))
    expect(any(before), "No reply of the sample contradicts its statement: nothing was tested.")
    expect(
        sum(after) * 2 <= sum(before),
        f"{sum(before)} replies contradicted the persona and {sum(after)} still do.",
    )
    return [
        f"as a post-processor: {sum(before)} of {len(items)} replies contradicted their persona, "
        f"{sum(after)} after editing"
    ]


def _edited(item: Item, edit: EditOne) -> str:
    text = item.reply
    for number in range(1, len(item.statements) + 1):
        text = edit(item, text, item.statements[:number])
    return text


def _unchanged(items: Sequence[Item], outputs: Sequence[str], nli: Nli) -> tuple[int, int]:
    """How many of the replies that say all their statements were kept, and how many there are."""
    saying = [
        (item.reply, output)
        for item, output in zip(items, outputs, strict=True)
        if all(groundings(nli, [item.reply], s)[0].label == "entailment" for s in item.statements)
    ]
    return sum(reply == output for reply, output in saying), len(saying)


def _contradicts(nli: Nli, text: str, item: Item) -> bool:
    [judged] = judge_replies(nli, [(text, item.statements)])
    return judged.contradicts(nli.thresholds[_GOLD_SHARE])


def _shown(figures: dict[str, Scores]) -> str:
    return ", ".join(f"{name} {scores.total:.1f}" for name, scores in figures.items())
