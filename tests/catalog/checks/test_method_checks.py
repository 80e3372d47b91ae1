"""Tests of the checks of S011, S015, S018, S046 and S076: the pure parts, and that they can fail.

The checks on the embedded model itself are run by `personae systems check`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.check_methods import content_stems, mean, paired_p, stem
from personae.catalog.checks import s011_few_shot_skills as s011
from personae.catalog.checks import s015_deflanderized as s015
from personae.catalog.checks import s018_rule_based_role as s018
from personae.catalog.checks import s046_pseudo_dialogue as s046
from personae.catalog.checks import s076_event_driven as s076
from personae.catalog.wenna_turns import FRESH, SEEN, LabelledTurn
from personae.data import Event, Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.load import load_persona
from personae.methods import event_driven
from personae.methods.few_shot_skills import read_skills
from personae.speaker import Speaker


class WordEmbedder:
    """Unit vectors of hashed stems: texts with words in common are similar."""

    name = fingerprint = "words"
    dimensions = 512

    def embed(self, texts):
        rows = np.full((len(texts), self.dimensions), 1e-4, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in content_stems(text):
                row[crc32(word.encode()) % self.dimensions] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


EMBEDDER = WordEmbedder()


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shared_words(request, text) -> Likelihood:
    """A continuation is the likelier the more of its words the prompt has."""
    known = set(words(request.prompt))
    return Likelihood(tuple(-1.0 if word in known else -3.0 for word in words(text)))


def prompt_of(request) -> str:
    return request.prompt or "\n".join(message.content for message in request.messages)


def test_stems_join_forms_of_a_word_and_leave_stopwords_out():
    assert stem("nets") == stem("net")
    assert stem("whales") == stem("whale")
    assert stem("stories") == stem("story")
    assert content_stems("The whales are swimming, and it's the net's fault") == {
        stem("whale"), stem("swimming"), stem("net"), stem("fault"),
    }  # fmt: skip


def test_a_paired_test_tells_a_steady_gain_from_noise():
    assert paired_p([1.0] * 12) < 0.001
    assert paired_p([1.0, -1.0] * 6) > 0.3
    assert paired_p([-1.0] * 12) > 0.99


def test_the_labelled_turns_call_only_what_wenna_has():
    tools = load_persona("wenna").tools
    turns = (*SEEN, *FRESH)
    assert all(s018.is_valid(call, tools) for turn in turns for call in turn.calls)
    assert len(SEEN) == 40
    assert len({turn.text for turn in turns}) == len(turns)
    assert sum(not turn.calls for turn in turns) >= 15


class TestFewShotSkills:
    def test_the_batch_chooses_as_the_method_does(self):
        lm = ScriptedModel(["Yes."], scorer=shared_words)
        known = read_skills()
        texts = [text for _, text in s011.opening_queries(known)][::9]
        assert s011.chosen_skills(lm, known, texts) == [s011.method_choice(lm, t) for t in texts]

    def test_the_selector_is_asked_about_eighty_dialogues_of_four_skills(self):
        queries = s011.opening_queries(read_skills())
        assert len(queries) == 80
        assert {name for name, _ in queries} == set(read_skills())

    def test_a_model_that_sees_no_shots_fails_the_selector(self):
        blind = ScriptedModel(["Yes."], scorer=lambda request, text: -float(len(text)))
        known = read_skills()
        with pytest.raises(CheckFailed, match="not 70 %"):
            s011.check_selector(blind, known, s011.opening_queries(known))

    def test_a_shot_that_makes_nothing_likelier_fails_the_check(self):
        blind = ScriptedModel(["Yes."], scorer=lambda request, text: -float(len(text)))
        turns = list(s011.persona_turns(CheckContext(None, None, Path("absent"))))  # type: ignore[arg-type]
        assert len(turns) >= 50
        with pytest.raises(CheckFailed, match="gold perplexity"):
            s011.check_one_shot(blind, read_skills()["persona-chat"], turns[:10])

    def test_a_shot_that_makes_words_likelier_passes_with_its_figures(self):
        lm = ScriptedModel(["Yes."], scorer=shared_words)
        turns = list(s011.persona_turns(CheckContext(None, None, Path("absent"))))[:30]  # type: ignore[arg-type]
        (line,) = s011.check_one_shot(lm, read_skills()["persona-chat"], turns)
        assert re.search(r"0 shots [\d.]+, 1 shot [\d.]+", line)

    def test_perplexity_counts_tokens_and_not_turns(self):
        assert s011.perplexity([(-2.0, 1), (-2.0, 3)]) == pytest.approx(np.e)
        low, high = s011.ratio_interval([(-2.0, 1)] * 5, [(-1.0, 1)] * 5)
        assert low == high == pytest.approx(np.exp(-1))


class TestRuleBasedRole:
    TOOLS = load_persona("wenna").tools

    @pytest.mark.parametrize(
        ("answer", "faults"),
        [
            ('{"calls": [{"name": "let_bed", "arguments": {"bed": "loft bed"}}]}', set()),
            ('{"calls": []}', set()),
            ('So: {"calls": []}', set()),
            ('{"calls": [{"name": "open_door", "arguments": {}}]}', {"name"}),
            (
                '{"calls": [{"name": "let_bed", "arguments": {"bed": "royal bed"}}]}',
                {"argument"},
            ),
            ('{"calls": [{"name": "let_bed", "arguments": "loft"}]}', {"argument"}),
            ("I would look at the shelf.", {"json"}),
            ('{"calls": "none"}', {"json"}),
            ('{"calls": [{"name": "open_door", "argum', {"name", "json"}),
        ],
    )
    def test_faults_of_a_free_answer(self, answer, faults):
        assert s018.faults_of_answer(answer, self.TOOLS) == faults

    @given(st.text(max_size=60) | st.builds("{{{}}}".format, st.text(max_size=40)))
    def test_any_answer_can_be_judged(self, answer):
        assert s018.faults_of_answer(answer, self.TOOLS) <= {"name", "argument", "json"}

    def test_call_metrics_count_names_exact_calls_and_calls_in_small_talk(self):
        turns = [
            LabelledTurn("a", (("let_bed", "loft bed"),)),
            LabelledTurn("b", (("let_bed", "loft bed"),)),
            LabelledTurn("c"),
            LabelledTurn("d"),
        ]
        found = [[("let_bed", "loft bed")], [("let_bed", "window bed")], [("road_news", "n")], []]
        metrics = s018.call_metrics(found, turns)
        assert metrics.name_f1 == pytest.approx(2 * 2 / 5)
        assert metrics.exact == 0.5
        assert metrics.over_calls == 0.5

    def test_a_prompt_alone_that_never_errs_fails_because_the_schema_adds_nothing(self):
        lm = ScriptedModel(['{"calls": [{"name": "let_bed", "arguments": {"bed": "loft bed"}}]}'])
        with pytest.raises(CheckFailed, match="adds nothing"):
            s018.compare_validity(lm, SEEN[:4])

    def test_an_invalid_call_under_the_schema_fails(self):
        lm = ScriptedModel(['{"calls": [{"name": "let_bed", "arguments": {"bed": "royal bed"}}]}'])
        with pytest.raises(CheckFailed, match="are invalid"):
            s018.compare_validity(lm, SEEN[:4])

    def test_a_decision_no_better_than_the_models_own_fails(self):
        def always_right(request):
            heard = prompt_of(request)
            turn = next(turn for turn in (*SEEN, *FRESH) if turn.text in heard)
            calls = [{"name": n, "arguments": {_PARAMETERS[n]: v}} for n, v in turn.calls]
            return str({"calls": calls}).replace("'", '"')

        with pytest.raises(CheckFailed, match="the model alone"):
            s018.compare_decisions(ScriptedModel(always_right), EMBEDDER)

    def test_replies_longer_than_the_contract_fail(self, monkeypatch):
        from personae.methods import rule_based_role

        monkeypatch.setattr(rule_based_role, "within_words", lambda text, limit: text)
        lm = ScriptedModel(["The " + "very " * 45 + "long road."])
        with pytest.raises(CheckFailed, match="longer than the contract"):
            s018.compare_lengths(lm, EMBEDDER, SEEN[28:32])


_PARAMETERS = {
    "check_stock": "item", "sell_item": "item", "let_bed": "bed", "give_errand": "place",
    "road_news": "direction",
}  # fmt: skip


class TestDeflanderized:
    def test_the_filter_takes_every_tagline_and_the_ablation_keeps_them(self):
        (line,) = s015.check_filter()
        assert line.startswith("filter: 0 of")

    def test_a_filter_that_knows_no_phrase_fails(self, monkeypatch):
        from personae.methods import deflanderized

        monkeypatch.setattr(deflanderized, "TAGLINES", ())
        with pytest.raises(CheckFailed, match="let"):
            s015.check_filter()

    def test_copied_words_are_those_of_the_profile_that_the_user_did_not_say(self):
        persona = Persona(name="Bo", statements=("I keep seven goats.",))
        scene = Scene(persona=persona).said("User", "Do you have goats?")
        assert s015.measure(scene, "Seven goats eat thistles.").copied == 1
        assert s015.measure(scene, "Goats.").copied == 0
        assert s015.measure(scene, "").words == 0

    def test_replies_that_are_no_shorter_fail(self):
        scenes = [Scene(persona=Persona(name="Bo")).said("User", "Hi.")] * 12
        with pytest.raises(CheckFailed, match=r"p < 0\.05"):
            s015.compare(scenes, ["One two three."] * 12, ["One two three."] * 12)

    def test_shorter_replies_with_less_of_the_profile_pass_with_both_figures(self):
        persona = Persona(name="Bo", statements=("I keep seven goats.",))
        scenes = [Scene(persona=persona).said("User", "Hi.")] * 12
        evidence = s015.compare(scenes, ["Good evening."] * 12, ["I keep seven goats here."] * 12)
        assert "on 2, off 5" in evidence[0]

    def test_likeness_to_the_gold_answers_is_told_for_both(self):
        gold, wrong = ["The rope costs pennies."] * 3, ["Dragons breathe flames."] * 3
        (line,) = s015.compare_with_gold(gold, wrong, gold, EMBEDDER)
        assert "3 gold answers of the CPDC sample: on 1.000, off 0." in line


class TestPseudoDialogue:
    PERSONAS = tuple(load_persona(name) for name in s046.CHARACTERS)

    def test_matches_equal_brute_force_and_only_dynamic_ones_see_the_turn(self):
        context = CheckContext(lambda: ScriptedModel(["Hm."]), lambda: EMBEDDER, Path("absent"))
        evidence = s046.check_matches(self.PERSONAS[:1], EMBEDDER, context)
        assert evidence[0].startswith("12 matchings equal brute force")

    def test_static_matches_that_follow_the_turn_fail(self, monkeypatch):
        right = s046.matched_pairs
        monkeypatch.setattr(
            s046,
            "matched_pairs",
            lambda own, pool, x, mode, kit: right(own, pool, x, "dynamic", kit),
        )
        context = CheckContext(lambda: ScriptedModel(["Hm."]), lambda: EMBEDDER, Path("absent"))
        with pytest.raises(CheckFailed, match="not brute force's"):
            s046.check_matches(self.PERSONAS[:1], EMBEDDER, context)

    def test_the_classifier_is_not_trained_on_what_the_method_shows(self):
        for persona in self.PERSONAS:
            assert not set(persona.utterances) & set(s046.training_lines(persona))

    def test_the_classifier_knows_quotes_it_was_not_trained_on(self):
        classifier = s046.train_classifier([s046.training_lines(p) for p in self.PERSONAS])
        assert s046.held_out_accuracy(classifier, self.PERSONAS) >= 0.5
        rows = classifier.probabilities(["Hello.", "", "🜁"])
        assert np.allclose(rows.sum(axis=1), 1)

    def test_no_context_is_in_the_pool_that_quotes_are_matched_with(self):
        assert len(s046.contexts()) >= 50
        assert not set(s046.contexts()) & set(s046.context_pool())

    def test_the_conditions_are_compared_in_pairs(self):
        scores = {"static": [0.9] * 9, "utterances only": [0.5] * 9, "no utterances": [0.2] * 9}
        shown = s046.compared(scores)
        assert "static 0.900, utterances only 0.500" in shown[0]
        assert shown[1].startswith("static above utterances only: paired p = 0.00")

    def test_conditions_show_the_quotes_they_should(self):
        scores = s046.style_scores(
            ScriptedModel(["Yes, quite."]), EMBEDDER, self.PERSONAS,
            s046.train_classifier([s046.training_lines(p) for p in self.PERSONAS]),
            s046.contexts()[:4], 0,
        )  # fmt: skip
        assert {condition: len(values) for condition, values in scores.items()} == {
            "static": 4, "utterances only": 4, "no utterances": 4,
        }  # fmt: skip
        lm = ScriptedModel(["Yes, quite."])
        quote = self.PERSONAS[0].utterances[0]
        for condition, shown in (("static", True), ("no utterances", False)):
            scene = s046.scene_of(condition, self.PERSONAS[0], "Hello.")
            draft = s046.speaker_of(condition, lm, EMBEDDER).prompt(scene)
            assert any(quote in message.content for message in draft.messages) == shown


class TestEventDriven:
    ANA = load_persona("ana")

    @given(
        st.tuples(st.integers(0, 23), st.integers(0, 24)),
        st.integers(0, 23),
        st.integers(0, 59),
    )
    def test_the_two_ways_to_tell_the_hours_agree(self, hours, hour, minute):
        event = Event(id="e", what_happened="Rain.", hours=hours)
        now = datetime(2026, 5, 4, hour, minute, tzinfo=UTC)
        # All day, written 0 to 24, is the same window whichever way one counts.
        if hours[0] != hours[1] or hours == (0, 24):
            assert s076.in_hours(event, now) == event_driven.is_open(event, now)

    def test_a_rest_is_counted_from_the_end_of_an_event_to_its_next_beginning(self):
        now = datetime(2026, 5, 4, tzinfo=UTC)
        schedule = [(event, now) for event in ["a", "a", "", "b", "a", "", "", "", "a"]]
        assert s076.begins(schedule) == [("a", 0), ("b", 3), ("a", 4), ("a", 8)]
        assert s076.repeats(schedule) == {"a": 2}

    def test_windows_are_three_turns_under_one_event_from_its_beginning(self):
        events = ["a", "a", "a", "b", "b", "", "c", "c", "c", "c"]
        assert s076.event_windows(events) == [(0, "a"), (6, "c")]

    def test_an_event_out_of_its_hours_fails(self):
        late = datetime(2026, 5, 4, 23, tzinfo=UTC)
        with pytest.raises(CheckFailed, match="outside its hours"):
            s076.require_kept(self.ANA, [("fog-bank", late)])

    def test_a_schedule_without_cooldown_fails(self, monkeypatch):
        monkeypatch.setattr(event_driven, "is_cooling", lambda event, history: False)
        with pytest.raises(CheckFailed, match="cooldown"):
            s076.check_schedule(self.ANA, EMBEDDER, 0)

    def test_a_schedule_without_hours_fails(self, monkeypatch):
        monkeypatch.setattr(event_driven, "is_open", lambda event, now: True)
        with pytest.raises(CheckFailed, match="outside its hours"):
            s076.check_schedule(self.ANA, EMBEDDER, 0)

    def test_the_schedule_as_it_is_passes(self):
        line = s076.check_schedule(self.ANA, EMBEDDER, 0)
        assert "none out of hours, none within its cooldown" in line

    def test_event_words_are_only_the_events(self):
        event = next(event for event in self.ANA.events if event.id == "volt-on-bench")
        found = s076.event_words(self.ANA, event)
        assert stem("screws") in found
        assert stem("cat") not in found

    def test_a_model_that_speaks_of_the_event_passes_and_one_that_does_not_fails(self):
        def speaks(request):
            prompt = prompt_of(request)
            last = max(self.ANA.events, key=lambda event: prompt.rfind(event.what_happened))
            return last.what_happened if last.what_happened in prompt else "I had soup."

        def talk(lm):
            on, off = s076.conversations(lm, EMBEDDER, [self.ANA], 0)
            return s076.check_windows([self.ANA] * 2, on * 2, off * 2)

        (line,) = talk(ScriptedModel(speaks))
        assert "100% with events, in 0%" in line
        with pytest.raises(CheckFailed, match="50 % with events were wanted"):
            talk(ScriptedModel(["I had soup."]))
        with pytest.raises(CheckFailed, match="at most 10 % without"):
            talk(ScriptedModel([" ".join(e.what_happened for e in self.ANA.events)]))

    def test_a_conversation_moves_through_the_day_and_keeps_its_events(self):
        speaker = Speaker(ScriptedModel(["I had soup."]), "event-driven", embedder=EMBEDDER)
        spoken = s076.converse(speaker, self.ANA, 0)
        assert len(spoken) == len(s076.SAID) == 20
        assert spoken[-1].now - spoken[0].now == timedelta(minutes=11 * 19)
        assert mean([bool(each.event) for each in spoken]) > 0.5
