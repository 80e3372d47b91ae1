"""List the language models: which can be opened here, what they can do, and what is missing."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from personae.cli.output import plain, print_json, print_table

app = typer.Typer(add_completion=False)


@app.command()
def models(
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask the endpoint of OPENAI_BASE_URL what it serves.")
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="First download the embedded model (94 MB, by hash).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the forms of a model's name, and whether each can be opened on this machine."""
    if fetch:
        from personae.lm.weights import fetch_weights

        fetch_weights()
    rows = [
        _embedded(),
        _row("gguf:PATH") | _engine(""),
        _endpoint(probe=probe),
        _hf(),
        _row("scripted[:PATH]") | {"available": True},
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("name", "here", "what it is", "can do"),
        [
            (row["name"], _here(row["available"]), row["what"], " ".join(row["capabilities"]))
            for row in rows
        ],
    )
    for row in rows:
        if row["remark"]:
            print(plain(f"{row['name']}: {row['remark']}"))


def _embedded() -> dict[str, Any]:
    from personae.lm.weights import INSTALL_COMMAND, find_weights, sha256_of

    file = find_weights()
    if file is None:
        remark = f"its weights are not here. Run: {INSTALL_COMMAND}"
        return _row("embedded") | {"available": False, "remark": remark}
    size, digest = file.stat().st_size, sha256_of(file)
    remark = f"{file} ({size / 1e6:.1f} MB, sha256 {digest[:12]})"
    found = {"path": str(file), "bytes": size, "sha256": digest}
    return _row("embedded") | _engine(remark) | found


def _engine(remark: str) -> dict[str, Any]:
    """Whether llama.cpp is installed, with `remark` where it is."""
    from importlib.util import find_spec

    if find_spec("xllamacpp") is None:
        return {"available": False, "remark": "the engine is missing. Run: pip install xllamacpp"}
    return {"available": True, "remark": remark}


def _endpoint(*, probe: bool) -> dict[str, Any]:
    import os

    from personae.errors import InvalidOption
    from personae.lm.connection import KEY_VARIABLE, checked_url
    from personae.lm.openai import DEFAULT_URL, URL_VARIABLE

    try:
        url = checked_url(os.environ.get(URL_VARIABLE) or DEFAULT_URL)
    except InvalidOption as error:
        remark = f"{URL_VARIABLE}: {error}"
        return _row("openai:MODEL[@URL]") | {"available": False, "remark": remark}
    row = _row("openai:MODEL[@URL]") | {"url": url}
    given = "is set" if os.environ.get(KEY_VARIABLE) else "is not set"
    if not probe:
        remark = f"{url}, not asked (--probe asks it); {KEY_VARIABLE} {given}"
        return row | {"available": None, "remark": remark}
    return row | _probed(url)


def _probed(url: str) -> dict[str, Any]:
    from contextlib import closing

    from personae.errors import PersonaeError
    from personae.lm.names import open_model
    from personae.lm.openai import OpenAIModel

    try:
        with closing(open_model(f"openai:any@{url}")) as model:
            assert isinstance(model, OpenAIModel)
            served = model.models()
    except PersonaeError as error:
        return {"available": False, "remark": str(error)}
    shown = ", ".join(served[:12]) + (", …" if len(served) > 12 else "")
    return {"available": True, "serves": served, "remark": f"{url} serves {shown or 'no model'}"}


def _hf() -> dict[str, Any]:
    from personae.errors import EnvironmentFault
    from personae.lm.hf import require_extra

    try:
        require_extra()
    except EnvironmentFault as error:
        return _row("hf:PATH") | {"available": False, "remark": str(error)}
    return _row("hf:PATH") | {"available": True}


def _row(name: str) -> dict[str, Any]:
    from personae.lm.names import FORMS

    form = FORMS[name]
    return {
        "name": name, "available": None, "what": form.what, "remark": "",
        "capabilities": sorted(form.capabilities),
    }  # fmt: skip


def _here(available: bool | None) -> str:
    return {True: "yes", False: "no", None: "not asked"}[available]
