"""`personae study personallm`: do 32 types answer a questionnaire as told (S096)?"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import way_named, words_named
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from personae.evaluate.group_tests import Comparison
    from personae.questionnaires.big_five import Trait, Words
    from personae.studies.personallm import Agent

SHUFFLES = 200


def personallm(
    name: Annotated[str, typer.Option("--questionnaire", help="A name, or a file.")] = "ipip-50",
    words: Annotated[
        str, typer.Option("--words", help="published (PersonaLLM's adjectives), or markers.")
    ] = "published",
    way: Annotated[
        str, typer.Option("--way", help="likelihood, statement, monologue, grammar, interview.")
    ] = "monologue",
    types: Annotated[int, typer.Option("--types", min=8, max=32, help="8, 16 or 32.")] = 32,
    items: Annotated[int, typer.Option("--items", min=0, help="A trait; 0: all.")] = 0,
    agents: Annotated[int, typer.Option("--agents", min=1, max=1_000, help="A type.")] = 10,
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    scores: Annotated[
        list[Path] | None,
        typer.Option("--scores", help="Ask nobody: effect sizes of a table of PersonaLLM's."),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Ask nobody: the published scores that ship.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the answers here; goes on where it stopped.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Cohen's d of each trait between types told to be high on it and types told to be low.

    Each type is asked once; its agents draw their answers from the probabilities found. Beside each
    d is the size that 95 % of them stay below when the types are dealt out by chance.
    """
    from personae.studies.personallm import published_agents, read_scores

    found: Mapping[str, Sequence[Agent]]
    if published:
        found = published_agents()
    elif scores:
        found = {file.stem: read_scores(file) for file in scores}
    else:
        found = {
            f"{words}, {way}": _asked(
                name, words_named(words), way, types, items, agents, method, model, seed, out
            )
        }
    _print(found, seed, as_json)


def _asked(
    name: str, words: Words, way: str, types: int, items: int, agents: int, method: str,
    model: str, seed: int, out: Path | None,
) -> list[Agent]:  # fmt: skip
    from personae.cli.opening import open_named_model
    from personae.cli.questionnaire_reliability import about_asking, asker_of
    from personae.evaluate.answer_sheet import open_sheet
    from personae.evaluate.questionnaire_asking import Asking
    from personae.formats.questionnaire import load_questionnaire
    from personae.questionnaires.big_five import first_items, types_of
    from personae.studies.personallm import ask_types, draw_agents

    sheet = first_items(load_questionnaire(name), items)
    asking = Asking(way=way_named(way), seed=seed)
    with closing(open_named_model(model, method=method)) as lm:
        about = about_asking(sheet, asking, method, lm) | {"words": words}
        wanted = types_of(types)
        with open_sheet(out, about) as kept:
            stderr().print(f"{len(wanted)} types, {len(sheet.items)} items each.", markup=False)
            answers = ask_types(
                sheet, wanted, words, lambda one: asker_of(sheet, one, method, lm), [asking], kept
            )
    drawn = 1 if asking.way == "interview" else agents
    return draw_agents(sheet, answers, drawn, seed)


def _print(found: Mapping[str, Sequence[Agent]], seed: int, as_json: bool) -> None:
    from personae.studies.personallm import d_by_chance, effect_sizes

    effects = {name: effect_sizes(agents) for name, agents in found.items()}
    chance = {name: d_by_chance(agents, SHUFFLES, seed) for name, agents in found.items()}
    if as_json:
        print_json(
            {
                name: {
                    "agents": len(found[name]),
                    "traits": {trait: asdict(one) for trait, one in traits.items()},
                    "by_chance": chance[name],
                }
                for name, traits in effects.items()
            }
        )
        return
    for name, traits in effects.items():
        _print_effects(f"{name}: {len(found[name])} agents", traits, chance[name])


def _print_effects(
    title: str, traits: Mapping[Trait, Comparison], chance: Mapping[Trait, float]
) -> None:
    from personae.questionnaires.big_five import NAMES

    print_table(
        ("trait", "told high", "told low", "Cohen's d", "test", "p", "|d| by chance, 95 %"),
        [
            (
                NAMES[trait],
                f"{one.first_mean:.2f}",
                f"{one.second_mean:.2f}",
                "–" if one.d is None else f"{one.d:.2f}",
                one.test.name,
                f"{one.test.p:.2g}",
                f"{chance[trait]:.2f}",
            )
            for trait, one in traits.items()
        ],
        title=title,
    )
