"""A graph for new heads: written by a language model, judged by three votes, kept in SQLite.

PeaCoK let people and a language model vote; here the voters are the discriminator (the fact fits
the head), the inference model (it does not contradict the head) and the writer itself (it wrote the
same more than once). Two of three keep a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.commonsense.facts import RELATIONS, Fact, Graph, Relation, fact_of, sentence
from personae.commonsense.files import DATABASES, append_facts, read_graph
from personae.commonsense.worth import FactWorth, stated
from personae.commonsense.writing import distinct, written
from personae.encoders.types import Embedder, Nli
from personae.errors import FormatError, InvalidOption
from personae.lm.types import LanguageModel

SAME = 0.8  # cosine from which two tails say the same
FITS = 0.5
VOTES = 2  # of three
Show = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Voted:
    """A fact that was written, and who is for it."""

    fact: Fact
    fits: bool
    consistent: bool
    repeated: bool

    @property
    def is_kept(self) -> bool:
        return self.fits + self.consistent + self.repeated >= VOTES


@dataclass(frozen=True, slots=True)
class Judges:
    """The models that write and vote, and the graph whose facts are the examples."""

    lm: LanguageModel
    embedder: Embedder
    nli: Nli
    worth: FactWorth
    graph: Graph


def voted(head: str, relation: Relation, tails: Sequence[str], judges: Judges) -> list[Voted]:
    """Each distinct tail with its votes, the best fitting first."""
    fresh = distinct(tails)
    if not fresh:
        return []
    judged = judges.worth.judge([(head, relation, tail) for tail in fresh]).tolist()
    texts = [sentence(relation, tail) for tail in fresh]
    label = judges.nli.classify([(text, stated(head)) for text in texts]).argmax(axis=1)
    all_texts = [sentence(relation, tail) for tail in tails]
    near = judges.embedder.embed(texts) @ judges.embedder.embed(all_texts).T >= SAME
    found = [
        Voted(
            Fact(head, relation, tail, others >= FITS, round(fits, 4)),
            fits >= FITS, bool(label[at] != 2), int(near[at].sum()) > 1,
        )
        for at, (tail, (fits, others)) in enumerate(zip(fresh, judged, strict=True))
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.fact.score)


def expanded(
    head: str, relations: Sequence[Relation], judges: Judges, *, samples: int, k: int, seed: int
) -> list[Fact]:
    """Up to `k` facts of each relation for one head that won their vote."""
    facts = []
    for relation in relations:
        tails = written(
            judges.lm, head, relation, judges.graph, judges.embedder, count=samples, seed=seed
        )
        kept = [one.fact for one in voted(head, relation, tails, judges) if one.is_kept]
        facts += kept[:k]
    return facts


def build_graph(
    heads: Sequence[str],
    out: Path,
    judges: Judges,
    *,
    relations: Sequence[Relation] = RELATIONS,
    samples: int = 6,
    k: int = 3,
    seed: int = 0,
    show: Show = lambda done, of, head: None,
) -> int:
    """Write facts of each head into the database `out`; gives how many it holds then.

    A head that has facts there is done: the same call goes on where it was interrupted. Raises
    InvalidOption, FormatError, BackendError, CapabilityError.
    """
    if out.suffix.lower() not in DATABASES:
        raise InvalidOption(f"{out.name} is no database; end its name in {', '.join(DATABASES)}.")
    done = set(read_graph(out).heads) if out.exists() and _has_facts(out) else set()
    for number, head in enumerate(heads, 1):
        if head not in done:
            facts = expanded(head, relations, judges, samples=samples, k=k, seed=seed)
            append_facts(out, facts)
        show(number, len(heads), head)
    return len(read_graph(out).facts) if _has_facts(out) else 0


def read_heads(file: Path) -> list[str]:
    """Heads, one a line ("I am a nurse"); "#" begins a remark. Raises FormatError."""
    from personae.text.parsing import read_text

    heads = []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        head = line.strip().rstrip(".")
        if not head or head.startswith("#"):
            continue
        try:
            fact_of(head, RELATIONS[0], "well")
        except FormatError as error:
            raise FormatError(error.reason, file=file, line=number) from error
        heads.append(head)
    if not heads:
        raise FormatError("The file names no heads, one a line.", file=file)
    return list(dict.fromkeys(heads))


def _has_facts(file: Path) -> bool:
    try:
        return bool(read_graph(file).facts)
    except FormatError as error:
        if error.reason == "The graph has no facts.":
            return False
        raise
