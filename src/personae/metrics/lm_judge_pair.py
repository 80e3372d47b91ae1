"""A language model says whether the reply is better than the gold reply, asked in both orders."""

from __future__ import annotations

from personae.data import Sample
from personae.lm.types import LanguageModel
from personae.metrics.lm_judge import Verdict, compare, judged
from personae.metrics.types import Metric, comparable
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("llm-judge-pair",),
    needs=("chat",),
    paper="Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena",
)


def lm_judge_pair(*, judge: str = "") -> Metric:
    """Mean chance that the reply is better than the gold one, 0–1; 0.5 for the gold reply itself.

    The mean over both orders, so that a liking for one letter cancels out. All else is as in
    `lm-judge`. Samples without a gold reply have no value.
    """
    return judged("lm-judge-pair", judge, _against_gold, comparable, "0–1")


def _against_gold(lm: LanguageModel, sample: Sample) -> Verdict:
    return compare(lm, sample.scene, sample.reply, sample.reference)
