"""Tests of personae.evaluate.record: files of runs that something else has been at."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.errors import FormatError
from personae.evaluate.record import index_samples, put_in_order, read_run, read_samples

SCENE = Scene(persona=Persona(name="Ana"))
IDS = ("a", "b", "c")
LINES = [f"{Sample(id=name, scene=SCENE, reply='Hi.').to_json()}\n".encode() for name in IDS]
WHOLE = b"".join(LINES)

anything = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@anything
@given(content=st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_record_is_an_object_or_a_format_error(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with suppress(FormatError):
        assert isinstance(read_run(tmp_path), dict)


@anything
@given(at=st.integers(0, len(WHOLE)), length=st.integers(0, 40), new=st.binary(max_size=8))
def test_damaged_samples_are_read_or_named_and_never_altered(tmp_path, at, length, new):
    file = tmp_path / "samples.jsonl"
    damaged = WHOLE[:at] + new + WHOLE[at + length :]
    file.write_bytes(damaged)
    with suppress(FormatError):
        assert all(isinstance(sample, Sample) for sample in read_samples(tmp_path))
    assert file.read_bytes() == damaged


@anything
@given(cut=st.integers(0, len(WHOLE)))
def test_a_run_cut_at_any_byte_keeps_its_whole_lines(tmp_path, cut):
    file = tmp_path / "samples.jsonl"
    file.write_bytes(WHOLE[:cut])
    index = index_samples(file, IDS)
    kept = WHOLE[:cut].count(b"\n")
    assert list(index) == list(IDS[:kept])
    assert file.read_bytes() == b"".join(LINES[:kept])
    assert [sample.id for sample in read_samples(tmp_path)] == list(index)


@anything
@given(order=st.permutations(IDS), doubled=st.lists(st.sampled_from(IDS), max_size=3))
def test_lines_in_any_order_are_put_in_that_of_the_data(tmp_path, order, doubled):
    file = tmp_path / "samples.jsonl"
    file.write_bytes(b"".join(LINES[IDS.index(name)] for name in (*doubled, *order)))
    put_in_order(file, IDS, index_samples(file, IDS))
    assert file.read_bytes() == WHOLE
