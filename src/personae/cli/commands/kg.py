"""Persona commonsense: expand a persona, build a graph for new heads, show and convert graphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from personae.commonsense.building import Judges
    from personae.commonsense.facts import Graph, Relation
    from personae.commonsense.linking import Inferred
    from personae.data import Persona

app = typer.Typer(add_completion=False)
GraphFile = Annotated[
    Path | None, typer.Option("--graph", help="A .tsv, .jsonl or .db; default: the shipped one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Relations = Annotated[
    str, typer.Option("--relations", help="all, or characteristic,routine_habit,goal_plan,…")
]


@app.callback()
def kg() -> None:
    """What people of a kind tend to be, do, want and have lived through (PeaCoK, S048)."""


@app.command()
def expand(
    card: Annotated[str, typer.Argument(help="A card, a character, or a stored persona.")],
    relations: Relations = "all",
    k: Annotated[int, typer.Option("--k", min=1, help="Facts of each relation.")] = 3,
    graph: GraphFile = None,
    model: Annotated[str, typer.Option("--model", help="Let this model write facts too.")] = "",
    samples: Annotated[int, typer.Option("--samples", min=1, help="Texts a relation.")] = 4,
    out: Annotated[Path | None, typer.Option("--out", help="Write the richer card here.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Say what follows from a persona's statements, with the probability that it fits.

    Facts come from the graph's heads that a statement is linked to; with --model also from a
    language model. What contradicts the persona is left out.
    """
    from personae.cli.opening import load_card
    from personae.commonsense.facts import relations_named

    wanted = relations_named(relations)
    persona = load_card(card)
    found = _best(_inferred(persona, wanted, graph, model, samples, seed), wanted, k)
    if out is not None:
        _write(persona, found, out)
    if as_json:
        print_json([_row(one) for one in found])
        return
    print_table(
        ("fits", "fact", "relation", "from", "head"),
        [
            (f"{one.fits:.2f}", one.fact.text, one.fact.label, one.statement, one.fact.head)
            for one in found
        ],
    )
    stderr().print(
        f"{len(found)} facts follow from {len(persona.statements)} statements.", markup=False
    )


@app.command()
def build(
    heads: Annotated[Path, typer.Option("--heads", help='Heads, one a line ("I am a nurse").')],
    out: Annotated[Path, typer.Option("--out", help="The SQLite database (.db).")],
    relations: Relations = "all",
    k: Annotated[int, typer.Option("--k", min=1, help="Facts of each relation and head.")] = 3,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Texts a relation.")] = 6,
    graph: GraphFile = None,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Build a graph for new heads: a language model writes, three judges vote.

    The same command goes on where it was interrupted.
    """
    from personae.cli.opening import open_named_model
    from personae.cli.progress import counted
    from personae.commonsense.building import build_graph, read_heads
    from personae.commonsense.facts import relations_named

    wanted, names = relations_named(relations), read_heads(heads)
    lm = open_named_model(model)
    try:
        judges = _judges(lm, graph)
        with counted() as show:
            count = build_graph(
                names, out, judges, relations=wanted, samples=samples, k=k, seed=seed,
                show=lambda done, of, head: show("heads", done, of),
            )  # fmt: skip
    finally:
        lm.close()
    if as_json:
        print_json({"graph": str(out), "heads": len(names), "facts": count})
    else:
        stderr().print(f"{out} holds {count} facts.", markup=False)


@app.command()
def show(
    head: Annotated[
        str, typer.Argument(help="A head; not given, the heads and their number.")
    ] = "",
    graph: GraphFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a graph's heads, or the facts of one."""
    from personae.errors import UnknownEntry

    found = _graph(graph)
    if not head:
        rows = [(name, len(facts)) for name, facts in found.by_head.items()]
        if as_json:
            print_json([{"head": name, "facts": count} for name, count in rows])
        else:
            print_table(("head", "facts"), rows)
        return
    if head not in found.by_head:
        raise UnknownEntry("head", head, found.heads, "See `personae kg show`.")
    facts = found.by_head[head]
    if as_json:
        print_json([{"relation": one.label, "tail": one.tail, "text": one.text} for one in facts])
    else:
        print_table(("relation", "fact"), [(one.label, one.text) for one in facts])


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A graph: .tsv, .jsonl or .db.")],
    target: Annotated[Path, typer.Argument(help="The file to write, by its ending.")],
    as_json: AsJson = False,
) -> None:
    """Write a graph in another format; all of it is checked."""
    from personae.commonsense.files import read_graph, write_graph

    found = read_graph(source)
    write_graph(found, target)
    if as_json:
        print_json({"file": str(target), "facts": len(found.facts), "heads": len(found.heads)})
        return
    stderr().print(f"Wrote {len(found.facts)} facts of {len(found.heads)} heads.", markup=False)


def _inferred(
    persona: Persona,
    relations: Sequence[Relation],
    graph: Path | None,
    model: str,
    samples: int,
    seed: int,
) -> list[Inferred]:
    """What follows by the graph and, where a model is named, by what it writes."""
    from personae.cli.opening import open_named_model
    from personae.commonsense.linking import fitting, inferred

    judges = _judges(None, graph)
    statements = persona.statements
    found = inferred(statements, judges.graph, judges.embedder, judges.nli, judges.worth, relations)
    if not model:
        return found
    lm = open_named_model(model)
    try:
        asked = _judges(lm, graph)
        new = _written(statements, relations, asked, samples, seed)
    finally:
        lm.close()
    facts = [*((one.statement, one.fact) for one in found), *new]
    return fitting(facts, statements, judges.nli, judges.worth)


def _written(
    statements: Sequence[str],
    relations: Sequence[Relation],
    judges: Judges,
    samples: int,
    seed: int,
) -> list[tuple[str, Any]]:
    from personae.cli.progress import counted
    from personae.commonsense.building import expanded

    new = []
    with counted() as show:
        for number, statement in enumerate(statements, 1):
            facts = expanded(statement, relations, judges, samples=samples, k=samples, seed=seed)
            new += [(statement, fact) for fact in facts]
            show("statements", number, len(statements))
    return new


def _best(found: Sequence[Inferred], relations: Sequence[Relation], k: int) -> list[Inferred]:
    """The `k` best of each statement and relation, in the order of the relations."""
    counted: dict[tuple[str, str], int] = {}
    kept = []
    for one in found:
        key = (one.statement, one.fact.relation)
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= k:
            kept.append(one)
    return sorted(kept, key=lambda one: (one.statement, relations.index(one.fact.relation)))


def _judges(lm: Any, graph: Path | None) -> Judges:
    from personae.cli.opening import open_shipped_nli
    from personae.commonsense.building import Judges
    from personae.commonsense.worth import open_fact_worth
    from personae.encoders.heads import shipped_embedder

    embedder = shipped_embedder()
    nli = open_shipped_nli("personae kg")
    return Judges(lm, embedder, nli, open_fact_worth(embedder), _graph(graph))


def _graph(file: Path | None) -> Graph:
    from personae.commonsense.files import people, read_graph

    return people() if file is None else read_graph(file)


def _row(one: Inferred) -> dict[str, object]:
    return {
        "fact": one.fact.text, "relation": one.fact.label, "head": one.fact.head,
        "statement": one.statement, "fits": one.fits,
    }  # fmt: skip


def _write(persona: Persona, found: Sequence[Inferred], out: Path) -> None:
    from personae.formats.personae_card import write

    texts = dict.fromkeys([*persona.statements, *(one.fact.text for one in found)])
    write([persona.model_copy(update={"statements": tuple(texts)})], out)
    stderr().print(f"Wrote {out}.", markup=False)
