"""`personae evaluate it-convai2`: retrieval of missing statements, and weighing of known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli
    from personae.evaluate.it_convai2 import Item, Outcome


def it_convai2(
    retriever: Annotated[
        str,
        typer.Option("--retriever", help="With commas: random, bm25, embedder, both, nli."),
    ] = "random,bm25,both,nli",
    data: Annotated[
        str, typer.Option("--data", help="IT-ConvAI2, here or below $PERSONAE_DATA.")
    ] = "it-convai2/data_valid_v2.json",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Items; 0: all.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws the items.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the statement that a persona lacks, and tell which of its own a reply will use (S036).

    `nli` is `both` after the inference model dropped what contradicts the persona. An item never
    gets back the statement that was taken from it.
    """
    from personae.cli.opening import embedder_for, open_shipped_nli
    from personae.evaluate.it_convai2 import drawn, read_items, retriever_named
    from personae.formats.reading import find_data
    from personae.registry import find

    names = [retriever_named(name) for name in names_in(retriever)]
    everything = read_items(find_data(data))
    items = drawn(everything, limit, seed)
    embedder = embedder_for(find("step", "extend-persona"))
    retrieved = _retrieved(names, everything, items, embedder, open_shipped_nli("it-convai2"))
    weighed = _weighed(items, embedder)
    if as_json:
        print_json({
            "items": len(items),
            "retrievers": {
                name: {"cosine": one.cosine, "contradicting": one.contradicting}
                for name, one in retrieved.items()
            },
            "used_statement_first": weighed,
        })  # fmt: skip
        return
    print_table(
        ("retriever", "cosine with what was removed", "contradicts the persona"),
        [
            (name, f"{one.cosine:.3f}", f"{one.contradicting:.1%}")
            for name, one in retrieved.items()
        ],
        title=f"What is added, {len(items)} items",
    )
    print_table(
        ("weights", "used statement first"),
        [(name, f"{share:.3f}") for name, share in weighed.items()],
        title="Which of the persona's own statements the reply uses",
    )


def _retrieved(
    names: list[str], everything: list[Item], items: list[Item], embedder: Embedder, nli: Nli
) -> dict[str, Outcome]:
    from personae.evaluate.it_convai2 import outcome, pool_of

    pool = pool_of(everything)
    return {name: outcome(items, pool, name, embedder, nli) for name in names}


def _weighed(items: list[Item], embedder: Embedder) -> dict[str, float]:
    from personae.evaluate.it_convai2 import first_of, weighers

    found = {name: first_of(items, weigher) for name, weigher in weighers(embedder).items()}
    return {name: sum(hits) / max(1, len(hits)) for name, hits in found.items()}
