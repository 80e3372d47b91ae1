"""What is read from the shared data sets; SOURCE.md there says where they are from."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

from personae.formats import dailydialog, msc, synthetic_persona_chat
from personae.text.sentences import split_sentences

PAPER = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "joy", "amusement", "approval", "excitement", "gratitude", "love", "optimism", "relief",
        "pride", "admiration", "desire", "caring",
    ),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "realization", "confusion", "curiosity"),
    "neutral": ("neutral",),
}  # fmt: skip  # the grouping of GoEmotions' paper
UNSAFE = "__notok__"


@dataclass(frozen=True)
class Said:
    """A text of a data set, what it is labelled with, and what it must not be parted from."""

    text: str
    labels: tuple[str, ...]
    group: str = ""


def goemotions(data: Path, part: str) -> list[Said]:
    """Reddit comments with one or more of 28 emotions (GoEmotions, CC BY 4.0)."""
    folder = data / "goemotions" / "data" / "original"
    names = (folder / "labels.txt").read_text("utf-8").split()
    found = []
    for line in (folder / f"{part}.tsv").read_text("utf-8").splitlines():
        text, numbers, key = line.split("\t")
        found.append(Said(text, tuple(names[int(one)] for one in numbers.split(",")), key))
    return found


def emotions(data: Path) -> list[str]:
    """The 28 labels."""
    return (data / "goemotions/data/original/labels.txt").read_text("utf-8").split()


def bot_adversarial(data: Path) -> list[Said]:
    """What people and bots said in Bot-Adversarial Dialogue; the group is the dialogue."""
    found, dialogue = [], 0
    for line in (data / "safety-dialogue" / "bad_test.txt").read_text("utf-8").splitlines():
        fields = dict(part.split(":", 1) for part in line.split("\t") if ":" in part)
        turns = fields["text"].split("\\n")
        dialogue += len(turns) == 1
        labels = (fields["labels"], fields["speaker_to_eval"])
        found.append(Said(turns[-1].strip(), labels, f"dialogue-{dialogue}"))
    return found


def sensitive_talk(data: Path) -> list[Said]:
    """Polite talk about religion, politics, drugs, medicine and dating."""
    lines = (data / "safety-dialogue" / "sensitivetopics.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Said(row["text"].split("\n")[-1].strip(), (row["labels"],)) for row in rows]


def wiki_toxic(data: Path) -> list[Said]:
    """180 comments of Wikipedia's talk pages, all toxic."""
    lines = (data / "safety-dialogue" / "nonadv_test.txt").read_text("utf-8").splitlines()
    found = [dict(part.split(":", 1) for part in line.split("\t") if ":" in part) for line in lines]
    return [Said(one["text"], (one["labels"],)) for one in found]


def hatecheck(data: Path) -> list[Said]:
    """Test cases: whether hateful, the functionality, and the group of people that is meant."""
    with (data / "hatecheck" / "test_suite_cases.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Said(
                row["test_case"].strip(),
                (row["label_gold"], row["functionality"], row["target_ident"]),
            )
            for row in csv.DictReader(stream)
        ]


def talk(data: Path) -> list[str]:
    """Turns of Synthetic-Persona-Chat's validation part (CC BY 4.0), each once."""
    file = data / "synthetic-persona-chat" / "Synthetic-Persona-Chat_valid.csv"
    turns = (turn.text for dialogue in synthetic_persona_chat.read(file) for turn in dialogue.turns)
    return list(dict.fromkeys(turns))


def talks(data: Path, part: str = "valid") -> list[list[str]]:
    """The turns of Multi-Session Chat's second sessions (MIT), dialogue by dialogue."""
    found = msc.read(data / "msc" / f"session-2-{part}.json")
    return [[turn.text for turn in dialogue.turns if turn.text.strip()] for dialogue in found]


def car_talk(data: Path) -> list[str]:
    """What drivers and their car's assistant say (KVRET, MIT)."""
    dialogues = json.loads((data / "kvret" / "kvret_test_public.json").read_text("utf-8"))
    turns = (turn["data"]["utterance"] for one in dialogues for turn in one["dialogue"])
    return [turn.strip() for turn in turns if turn.strip()]


def meld(data: Path) -> list[Said]:
    """Lines of a series with one of seven emotions (evaluation only)."""
    with (data / "meld" / "test_sent_emo.csv").open(encoding="utf-8", newline="") as stream:
        return [Said(row["Utterance"], (row["Emotion"],)) for row in csv.DictReader(stream)]


def daily_dialogues(data: Path, part: str) -> list[list[Said]]:
    """Dialogues whose turns have (emotion, act) (evaluation only)."""
    return [
        [Said(untokenized(turn.text), (turn.labels["emotion"], turn.labels["act"]))
         for turn in dialogue.turns]
        for dialogue in dailydialog.read(data / "dailydialog" / f"{part}_original.json")
    ]  # fmt: skip


def untokenized(text: str) -> str:
    """DailyDialog parts words and marks by spaces; nobody types so."""
    text = re.sub(r"\s+([,.!?;:])", r"\1", text.replace("’", "'"))
    return re.sub(r"\s*'\s*(s|m|re|ve|ll|d|t)\b", r"'\1", text).strip()


def regard(data: Path) -> dict[str, list[Said]]:
    """Sentences about XYZ with −1, 0 or 1 (evaluation only); the few with 2 are left out."""
    parts = {}
    for file in sorted((data / "regard" / "data" / "regard").glob("*.tsv")):
        rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
        parts[file.stem] = [Said(text, (label,)) for label, text in rows if label != "2"]
    return parts


def friends(data: Path) -> list[Said]:
    """What one character of a series says in a scene, with the five traits that viewers rated as
    high; evaluation only."""
    columns = {"O": "cOPN", "C": "cCON", "E": "cEXT", "A": "cAGR", "N": "cNEU"}
    file = data / "friends-personality" / "friends-personality.csv"
    found = []
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            said = " ".join(_lines_of(row["character"].split()[0], row["text"]))
            labels = tuple(trait for trait, name in columns.items() if row[name] == "1")
            if said:
                found.append(Said(said, labels, row["character"].split()[0]))
    return found


def _lines_of(name: str, scene: str) -> list[str]:
    """What one character says, without directions; the first line is the scene's title."""
    pairs = re.findall(r"<b>([^<]*)</b>: (.*?)<br>", scene.replace("\n", " "))
    said = (re.sub(r"\([^)]*\)", "", line) for who, line in pairs if name in who)
    return [" ".join(line.split()) for line in said if line.strip()]


def valences(data: Path) -> dict[str, float]:
    """VADER's lexicon (MIT): words and their mean rating, −4 to 4."""
    lines = (data / "vader-lexicon" / "vader_lexicon.txt").read_text("utf-8").splitlines()
    return {parts[0]: float(parts[1]) for parts in (line.split("\t") for line in lines)}


def bad_words(data: Path) -> frozenset[str]:
    """LDNOOBW's English words (CC BY 4.0) of one word."""
    lines = (data / "ldnoobw" / "ldnoobw-en.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line and "#" not in line and " " not in line)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def sentences_of(text: str) -> list[str]:
    """The text's sentences; the text itself where it has none."""
    return split_sentences(text) or [text]
