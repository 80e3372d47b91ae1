from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import EnvironmentFault, InvalidOption, PersonaeError, UnknownEntry
from personae.lm.embedded import EmbeddedModel
from personae.lm.names import FORMS, open_model, split_endpoint
from personae.lm.openai import OpenAIModel
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message, Request


def test_the_scripted_model_opens_with_and_without_a_file(tmp_path):
    assert isinstance(open_model("scripted", context_tokens=7), ScriptedModel)
    file = tmp_path / "a:b.yaml"
    file.write_text("- hello", encoding="utf-8")
    model = open_model(f"scripted:{file}")
    assert model.generate(Request((Message("user", "x"),))).text == "hello"
    assert open_model(model.name).fingerprint == model.fingerprint


@pytest.mark.parametrize("form", ["gguf", "hf", "scripted"])
def test_a_path_in_the_home_of_nobody_is_refused(form):
    with pytest.raises(InvalidOption, match="home folder"):
        open_model(f"{form}:~nobody-here/x")


def test_an_endpoint_opens_and_its_name_opens_it_again(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = open_model("openai:alice@v3+smollm2@http://127.0.0.1:1/v1/", max_retries=0)
    assert model.name == "openai:alice@v3+smollm2@http://127.0.0.1:1/v1"
    assert open_model(model.name).fingerprint == model.fingerprint


def test_the_key_is_needed_everywhere_but_on_this_machine(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(InvalidOption, match="OPENAI_API_KEY"):
        open_model("openai:gpt")
    for host in ("127.0.0.1:8", "localhost:8", "[::1]:8", "127.9.9.9"):
        assert isinstance(open_model(f"openai:gpt@http://{host}/v1"), OpenAIModel)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert open_model("openai:gpt").name == "openai:gpt@https://api.openai.com/v1"


def test_offline_refuses_other_machines_and_allows_this_one(monkeypatch):
    monkeypatch.setenv("PERSONAE_OFFLINE", "1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with pytest.raises(InvalidOption, match="PERSONAE_OFFLINE"):
        open_model("openai:gpt")
    assert isinstance(open_model("openai:gpt@http://localhost:1/v1"), OpenAIModel)


@pytest.mark.parametrize("rest", ["gpt@localhost:8000/v1", "gpt@host/v1", "gpt@10.0.0.1:80",
                                  "gpt@localhost"])  # fmt: skip
def test_a_url_without_scheme_is_not_taken_for_a_model(rest):
    with pytest.raises(InvalidOption, match="no scheme"):
        split_endpoint(rest)


@given(st.text(min_size=1).filter(lambda text: "@" not in text))
def test_model_and_url_are_told_apart(model):
    assert split_endpoint(model) == (model, "")
    assert split_endpoint(f"{model}@https://h/v1") == (model, "https://h/v1")
    assert split_endpoint(f"{model}@v2@http://h:1") == (f"{model}@v2", "http://h:1")


@pytest.mark.parametrize("name", ["", "gpt-4", "Embedded", "embedded:", "embedded:x", "gguf",
                                  "openai", "hf", "scripted:", "x" * 10_000])  # fmt: skip
def test_an_unknown_name_is_told_all_the_forms(name):
    with pytest.raises(UnknownEntry) as caught:
        open_model(name)
    assert all(form in str(caught.value) for form in FORMS)
    assert len(str(caught.value)) < 1000


def test_the_nearest_form_is_offered():
    with pytest.raises(UnknownEntry, match="Did you mean 'scripted'"):
        open_model("scriptd")


@pytest.mark.parametrize("name", ["gguf:", "openai: ", "hf:"])
def test_a_name_that_ends_too_early_is_told_its_form(name):
    with pytest.raises(InvalidOption, match="Write it as"):
        open_model(name)


@pytest.mark.parametrize("name", ["embedded", "gguf:x", "openai:m@http://localhost:1", "scripted",
                                  "hf:x"])  # fmt: skip
def test_an_option_that_the_backend_does_not_take_is_refused(name):
    with pytest.raises(InvalidOption, match=r"no option 'colour'. Its options: \w+"):
        open_model(name, colour="red")


@pytest.mark.parametrize("options", [{"first_byte_s": "soon"}, {"max_retries": 1.5},
                                     {"idle_s": -1}, {"total_s": float("nan")}])  # fmt: skip
def test_wrong_limits_are_refused(options):
    with pytest.raises(InvalidOption, match=next(iter(options))):
        open_model("openai:m@http://localhost:1", **options)


def test_a_missing_gguf_file_is_one_sentence(tmp_path):
    with pytest.raises(EnvironmentFault, match="no model file"):
        open_model(f"gguf:{tmp_path}/none.gguf")


@given(st.text(max_size=40))
def test_no_name_can_raise_anything_but_our_errors(name):
    if name.partition(":")[0] in ("embedded", "gguf", "hf"):
        return
    with suppress(PersonaeError):
        open_model(name).close()


def test_the_forms_tell_the_capabilities_that_the_backends_have():
    def of(form: str) -> frozenset[str]:
        return FORMS[form].capabilities

    assert of("scripted[:PATH]") == open_model("scripted").capabilities
    assert of("openai:MODEL[@URL]") == open_model("openai:m@http://localhost:1").capabilities
    engineless = EmbeddedModel.__new__(EmbeddedModel)
    assert of("embedded") == of("gguf:PATH") == engineless.capabilities
    from personae.lm.hf import HfModel

    assert of("hf:PATH") == HfModel.__new__(HfModel).capabilities
