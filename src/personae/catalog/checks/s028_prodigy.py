"""S028 PRODIGy: 339 characters of 16 MBTI types load with their biographies (reader part only)."""

from __future__ import annotations

from collections import Counter

from personae.catalog.check import CheckContext
from personae.catalog.check_data import data_file, expect
from personae.formats.prodigy import paraphrases, read


def check(context: CheckContext) -> list[str]:
    """Compare with the counts of the published file: types, genders, sentences a biography."""
    personas = list(read(data_file(context, "prodigy-characters", "characters.json")))
    types = Counter(persona.traits.mbti for persona in personas)
    genders = Counter(persona.attributes["gender"] for persona in personas)
    expect(len(personas) == 339, f"{len(personas)} personas, not 339.")
    expect(len(types) == 16, f"{len(types)} MBTI types, not 16.")
    expect((types["ESTJ"], types["ISTP"]) == (8, 37), f"ESTJ and ISTP: {types}, not 8 and 37.")
    expect(genders == {"male": 235, "female": 104}, f"Genders are {dict(genders)}.")
    expect(len({persona.id for persona in personas}) == 339, "Ids are not distinct.")
    with_both = sum(all(paraphrases(persona)) for persona in personas)
    expect(with_both == 339, f"{with_both} of 339 have two paraphrases of the biography.")
    sentences = sum(len(persona.statements) for persona in personas) / len(personas)
    expect(7.5 < sentences < 8.5, f"{sentences:.2f} sentences a biography; the paper says 8.")
    return [
        f"339 personas, 16 MBTI types from ESTJ (8) to ISTP (37), {dict(genders)}",
        f"{sentences:.2f} sentences a biography; all have two paraphrases",
    ]
