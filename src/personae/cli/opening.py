"""What the commands that talk have in common: opening store, model, embedder and speaker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from personae.errors import CapabilityError, EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from personae.data import Persona
    from personae.encoders.disclosure import Disclosure
    from personae.encoders.types import Embedder, Nli
    from personae.encoders.updates import Updates
    from personae.lm.types import LanguageModel
    from personae.memory.remembering import Remembering
    from personae.registry import Entry
    from personae.speaker import Speaker
    from personae.store.sqlite import SqlStore


def open_default_store() -> SqlStore:
    """The user's store. Raises StoreError that says how to choose another place."""
    from personae.settings import load_settings
    from personae.store.opening import open_address

    return open_address(load_settings().store_address)


def open_named_model(name: str, *, slots: int = 2, method: str = "") -> LanguageModel:
    """The model of a `--model` flag, or the configured one.

    `slots` is how many replies a model in this process makes at once (each costs memory), unless
    the method keeps more prompts warm.
    """
    from personae.lm.names import open_model, split_adapters
    from personae.registry import find
    from personae.settings import load_settings

    chosen = name or load_settings().model
    is_local = split_adapters(chosen)[0].partition(":")[0] in ("embedded", "gguf")
    slots = max(slots, find("method", method or load_settings().method).info.slots)
    return open_model(chosen, **({"slots": slots} if is_local else {}))


def open_speaker(
    lm: LanguageModel, method: str, options: dict[str, Any], *, seed: int, replayable: bool = False
) -> Speaker:
    """A speaker with the embedder and the inference model, where the method looks for them.

    They cost memory and start-up time, so that the methods that do without (`plain`) get neither.
    """
    from personae.registry import find
    from personae.settings import load_settings
    from personae.speaker import Speaker

    entry = find("method", method or load_settings().method)
    return Speaker(
        lm,
        entry.name,
        options=options,
        embedder=embedder_for(entry) if entry.info.embedder else None,
        nli=nli_for(entry) if entry.info.nli else None,
        seed=seed,
        replayable=replayable,
    )


def embedder_for(entry: Entry) -> Embedder:
    """The shipped embedder. Raises CapabilityError, which names the entry, where it is missing."""
    try:
        from personae.encoders.embedder import open_embedder

        return open_embedder()
    except EnvironmentFault as error:
        raise CapabilityError(f"{entry.name} needs the embedder. {error}") from error


def nli_for(entry: Entry) -> Nli:
    """The shipped inference model. Raises CapabilityError, which names the entry."""
    return open_shipped_nli(entry.name)


def open_shipped_nli(who: str) -> Nli:
    """The shipped inference model. Raises CapabilityError, which names `who` needs it."""
    try:
        from personae.encoders.nli import open_nli

        return open_nli()
    except EnvironmentFault as error:
        raise CapabilityError(f"{who} needs the inference model. {error}") from error


def disclosure_for(who: str) -> Disclosure:
    """The head that finds what people tell of themselves. Raises CapabilityError, naming `who`."""
    try:
        from personae.encoders.disclosure import open_disclosure

        return open_disclosure()
    except EnvironmentFault as error:
        raise CapabilityError(f"{who} need the embedder. {error}") from error


def open_memory(
    store: SqlStore, speaker: Speaker, *, own: bool = False, shared: bool = False
) -> Remembering:
    """The memory of the local user's characters, with the speaker's small models where it has any.

    With `own` it keeps what the characters say of themselves, too, and orders what it recalls by
    the trained matcher: PLATO-LTM (S094). With `shared` what one tells may come up with others,
    together with what belongs to it: EMMA (S104). Raises CapabilityError where the models are
    missing.
    """
    from personae.memory.keeping import Keeper
    from personae.memory.remembering import Remembering

    try:
        from personae.encoders.disclosure import open_disclosure
        from personae.encoders.embedder import open_embedder
        from personae.encoders.memory_match import open_memory_match

        embedder = speaker.embedder or open_embedder()
        disclosure = open_disclosure(embedder)
        matcher = open_memory_match(embedder) if own else None
    except EnvironmentFault as error:
        raise CapabilityError(
            f"The memory of a chat needs the embedder; --no-memory does without. {error}"
        ) from error
    nli = speaker.nli or open_shipped_nli("The memory of a chat")
    keeper = Keeper(store, embedder, nli, linking=shared, updates=updates_for(nli, embedder))
    return Remembering(keeper, disclosure, own, matcher, shared)


def updates_for(nli: Nli, embedder: Embedder) -> Updates | None:
    """The head that tells what takes whose place; None for a judge that it was not trained on."""
    from personae.encoders.updates import open_updates

    try:
        return open_updates(nli, embedder)
    except CapabilityError:
        return None


def judges_named(names: Iterable[str]) -> dict[str, Nli]:
    """Further inference models by name. Raises InvalidOption, EnvironmentFault."""
    from personae.encoders.nli import open_nli

    return {name: open_nli(name=name) for name in names}


def load_card(card: str) -> Persona:
    """The persona that CARD names: a path, a shipped character, or one in the store.

    The store is only opened for names that are neither.
    """
    from personae import characters
    from personae.load import ROLE_PREFIX, card_path, load_persona
    from personae.settings import load_settings

    is_known = card in characters.names() or card.startswith(ROLE_PREFIX)
    if is_known or "://" in card or card_path(card) is not None:
        return load_persona(card)
    settings = load_settings()
    if not settings.store and not settings.database.exists():
        return load_persona(card)
    store = open_default_store()
    try:
        return load_persona(card, store=store)
    finally:
        store.close()
