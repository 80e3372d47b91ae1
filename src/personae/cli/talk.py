"""The chat in the terminal: reading lines, streaming replies, slash commands."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from personae.cli.output import plain, print_json, stderr, stdout
from personae.draft import Emission
from personae.errors import Cancelled, InvalidOption, PersonaeError, UnknownEntry

if TYPE_CHECKING:
    from personae.conversation import Conversation
    from personae.speaker import Reply
    from personae.store.types import StoredTurn

_SHOWN_ON_RESUME = 4


class Talk:
    """Runs one conversation in the terminal until the user leaves."""

    def __init__(self, talk: Conversation, *, is_resumed: bool, as_json: bool) -> None:
        self._talk, self._is_resumed, self._as_json = talk, is_resumed, as_json
        self._out, self._remarks = stdout(), stderr()
        self._has_failed = False
        self._commands: dict[str, tuple[Callable[[str], None], str]] = {
            "/why": (self._why, "how the last reply came about; /why prompt shows the very prompt"),
            "/memory": (
                self._memory,
                "what your last message brings back; /memory log: what was kept here",
            ),
            "/undo": (self._undo, "take back your last message and its reply"),
            "/regenerate": (self._regenerate, "another reply; the old one stays as a branch"),
            "/branch": (self._branch, "list the replies beside the last one, /branch N takes one"),
            "/fix": (
                self._fix,
                "say what who holds a role should have said: /fix I am only a voice.",
            ),
            "/method": (self._method, "show or change the method: /method plain temperature=0.5"),
            "/save": (self._save, "write the conversation to a file: /save talk.jsonl"),
            "/help": (self._help, "this list"),
            "/quit": (lambda _: None, "leave; the conversation is kept"),
        }

    def run(self) -> bool:
        """Read lines until /quit or the end of the input; whether all that they asked was done."""
        if not self._as_json:
            self._open()
        if self._talk.awaits_reply:
            self._attempt(lambda: self._reply(self._talk.answer))
        for line in self._lines():
            if line == "/quit":
                break
            self._attempt(partial(self._take, line))
        if not self._as_json:
            self._remark(f"Kept as session {self._talk.session.id}.")
        return not self._has_failed

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do what a line asks; what goes wrong is said, and the talk goes on."""
        try:
            action()
        except BrokenPipeError:
            raise
        except (PersonaeError, OSError) as error:
            self._has_failed = True
            self._say_error(error)

    def _remark(self, text: str) -> None:
        self._remarks.print(plain(text), style="dim", markup=False)

    def _show(self, text: str) -> None:
        self._out.print(plain(text), markup=False)

    def _take(self, line: str) -> None:
        if not line.startswith("/"):
            self._reply(lambda **handles: self._talk.say(line, **handles))
            return
        name, _, argument = line.partition(" ")
        if name not in self._commands:
            raise UnknownEntry("chat command", name, self._commands)
        self._commands[name][0](argument.strip())

    def _open(self) -> None:
        session = self._talk.session
        model = f"{session.method} on {self._talk.speaker.lm.name}"
        self._remark(
            f"{self._talk.persona.name} ({model}). /help lists what you can do, /quit leaves."
        )
        path = self._talk.path
        if self._is_resumed:
            self._remark(
                f"Going on with session {session.id}, {len(path)} turns so far "
                "(--new begins another)."
            )
        self._show_last_turns(path)

    def _show_last_turns(self, path: Sequence[StoredTurn]) -> None:
        from personae.steps.fit_prompt import spoken

        scene = self._talk.scene(path)
        for turn in scene.turns[-_SHOWN_ON_RESUME:]:
            self._print_turn(turn.speaker, spoken(turn, scene))

    def _lines(self) -> Iterator[str]:
        """Non-empty lines that the user types; Ctrl-D ends, Ctrl-C clears the line."""
        prompt = plain(f"{self._talk.session.user_name}: ")
        interactive = sys.stdin.isatty() and not self._as_json
        if interactive:
            import readline  # noqa: F401 - gives input() editing and history
        while True:
            try:
                line = input(prompt) if interactive else sys.stdin.readline()
            except EOFError:
                return
            except KeyboardInterrupt:
                if not interactive:
                    raise
                self._remark("\n/quit leaves.")
                continue
            if not line and not interactive:
                return
            if line.strip():
                yield line.strip()

    def _reply(self, make: Callable[..., Reply]) -> None:
        """Make a reply in a thread, show it as it comes; Ctrl-C stops it."""
        cancel = threading.Event()
        shown = _Shown(self._talk.persona.display_name, is_quiet=self._as_json)
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(make, emit=shown.hear, cancel=cancel)
            try:
                while not job.done():
                    threading.Event().wait(0.02)
            except KeyboardInterrupt:
                cancel.set()
                self._remark("\nStopping … (Ctrl-C again leaves; the conversation is kept)")
            try:
                reply = job.result()
            except Cancelled:
                shown.end("")
                self._remark("Stopped. Say on, or /regenerate.")
                return
            except BaseException:
                shown.end("")
                raise
        shown.end(reply.text)
        if self._as_json:
            print_json(reply.to_dict(), indent=None)

    def _say_error(self, error: PersonaeError | OSError) -> None:
        if self._as_json:
            print_json({"error": str(error)}, indent=None)
        else:
            self._remarks.print(plain(f"error: {error}"), style="red", markup=False)

    def _print_turn(self, speaker: str, text: str) -> None:
        from rich.markup import escape

        is_own = speaker == self._talk.persona.name
        name = self._talk.persona.display_name if is_own else speaker
        style = "bold cyan" if is_own else "bold"
        self._out.print(f"[{style}]{escape(plain(name))}:[/] {escape(plain(text))}")

    def _help(self, _: str) -> None:
        for name, (_run, meaning) in self._commands.items():
            self._remarks.print(f"  {name:<12} {meaning}", markup=False)

    def _why(self, argument: str) -> None:
        details = self._talk.why()
        if not details:
            raise InvalidOption("There is no reply yet, or it is a greeting.")
        if self._as_json:
            print_json(details, indent=None)
        elif argument == "prompt":
            self._show(str(details.get("prompt", "")))
        else:
            show_why(details, self._out)

    def _memory(self, argument: str) -> None:
        if argument == "log":
            self._memory_log()
            return
        path = self._talk.path
        memories = self._talk.scene(path).memories
        if self._as_json:
            told = [{"text": m.text, "turns": m.provenance, "said_at": m.said_at} for m in memories]
            print_json({"memories": told}, indent=None)
            return
        if not memories:
            self._remark("The last message brings nothing back.")
        for memory in memories:
            day = f"{memory.said_at:%Y-%m-%d %H:%M}" if memory.said_at else ""
            turns = f"  (turn {', '.join(memory.provenance)})" if memory.provenance else ""
            self._show(f"  {day}  {memory.text}{turns}")

    def _memory_log(self) -> None:
        """What was kept since the chat was opened, whose place it took, and where it was said."""
        told = self._talk.write_log()
        if self._as_json:
            print_json({"log": told}, indent=None)
            return
        if not told:
            self._remark("Nothing was kept since the chat was opened.")
        for one in told:
            instead = f"  instead of {one['instead_of']!r}" if one["instead_of"] else ""
            turns = f"  (turn {', '.join(one['turns'])})"
            about = f"{one['outcome']} about {one['about']}"
            self._show(f"  {about}, cosine {one['cosine']:.2f}: {one['text']}{instead}{turns}")

    def _undo(self, _: str) -> None:
        left = self._talk.undo()
        if not left:
            raise InvalidOption("There is nothing to undo.")
        self._remark(f"Took back {len(left)} turns.")

    def _regenerate(self, _: str) -> None:
        self._reply(self._talk.regenerate)

    def _branch(self, argument: str) -> None:
        path = self._talk.path
        if not path:
            raise InvalidOption("There is nothing to branch from yet.")
        siblings = self._talk.store.siblings(path[-1].id, owner=self._talk.owner)
        if not argument:
            self._show_branches(siblings, path[-1].id)
            return
        if not argument.isdigit() or not 1 <= int(argument) <= len(siblings):
            raise InvalidOption(f"/branch takes a number from 1 to {len(siblings)}.")
        chosen = siblings[int(argument) - 1]
        self._talk.go_to(chosen.id)
        if self._as_json:
            self._show_branches(siblings, chosen.id)
        else:
            self._print_turn(chosen.speaker, chosen.text)

    def _show_branches(self, siblings: Sequence[StoredTurn], taken: str) -> None:
        if self._as_json:
            told = [{"text": t.text, "turn": t.id, "taken": t.id == taken} for t in siblings]
            print_json({"branches": told}, indent=None)
            return
        for number, turn in enumerate(siblings, start=1):
            self._show(f" {'*' if turn.id == taken else ' '}{number}. {turn.text}")

    def _fix(self, argument: str) -> None:
        """Replace the last reply, and keep both for the next training of the role."""
        from personae.cli.fixing import fix_last

        fixed = fix_last(self._talk, argument)
        if self._as_json:
            print_json(fixed.told(), indent=None)
            return
        self._print_turn(self._talk.persona.name, fixed.text)
        self._remark(fixed.advice())

    def _method(self, argument: str) -> None:
        import shlex

        from personae.cli.opening import open_speaker
        from personae.registry import parse_options

        if not argument:
            speaker = self._talk.speaker
            self._remark(f"{speaker.method} {dict(speaker.options) or ''}")
            return
        try:
            name, *pairs = shlex.split(argument)
        except ValueError as error:
            raise InvalidOption(f"{argument!r} does not parse: {error}.") from error
        speaker = open_speaker(
            self._talk.speaker.lm, name, parse_options(pairs), seed=self._talk.seed
        )
        self._talk.use(speaker)
        self._remark(f"Replying with {speaker.method} from now on.")

    def _save(self, argument: str) -> None:
        from personae.formats.reading import write_dialogues
        from personae.settings import from_home

        if not argument:
            raise InvalidOption("Name a file: /save talk.jsonl")
        target = from_home(argument)
        if target.exists():
            raise InvalidOption(f"{target} is there already; choose another name.")
        dialogue = self._talk.store.dialogue(self._talk.session.id, owner=self._talk.owner)
        write_dialogues([dialogue], target)
        self._remark(f"Saved {len(dialogue.turns)} turns to {target}.")


class _Shown:
    """What of the reply in the making stands on the screen."""

    def __init__(self, name: str, *, is_quiet: bool) -> None:
        self._name, self._is_quiet = plain(name), is_quiet
        self._text = ""
        self._is_begun = False

    def hear(self, emission: Emission) -> None:
        """Called from the reply's thread with each piece."""
        if self._is_quiet:
            return
        if emission.kind == "restart":
            self._write(" …\n")
            self._text, self._is_begun = "", False
        elif emission.kind == "text":
            self._begin()
            self._text += plain(emission.text)
            self._write(plain(emission.text))

    def end(self, text: str) -> None:
        """The reply is complete: show it again where it differs from what was streamed."""
        if self._is_quiet:
            return
        text = plain(text)
        if text and text.strip() != self._text.strip():
            if self._is_begun:
                self._write(" …\n")
                self._is_begun = False
            self._begin()
            self._write(text)
        if self._is_begun:
            self._write("\n")

    def _begin(self) -> None:
        if not self._is_begun:
            color = sys.stdout.isatty()
            self._write(f"\x1b[1;36m{self._name}:\x1b[0m " if color else f"{self._name}: ")
            self._is_begun = True

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def show_why(details: dict[str, Any], out: Any) -> None:
    """Print how a reply came about: method, candidates, evidence, prompt parts, timings."""
    for line in _why_lines(details):
        out.print(plain(line), markup=False)


def _why_lines(details: dict[str, Any]) -> Iterator[str]:
    usage, timings = details.get("usage", {}), details.get("timings", {})
    yield f"method     {details.get('method')} on {details.get('model')}"
    for number, candidate in enumerate(details.get("candidates", []), start=1):
        scores = {**candidate.get("scores", {}), "seed": candidate.get("seed")}
        faults = candidate.get("faults")
        extra = f" faults={faults}" if faults else ""
        yield f"candidate  {number}. {candidate['text']!r} {scores}{extra}"
        for one in candidate.get("refused", []):
            clash = f"{one['clause']!r} against {one['statement']!r}"
            yield f"refused    {clash} ({one['contradiction']:.2f})"
    for piece in details.get("evidence", []):
        refused = f" (refused: {piece['refused']!r})" if piece.get("refused") else ""
        yield f"evidence   {piece['score']:.2f} {piece['source']}: {piece['text']}{refused}"
    for part in details.get("parts", []):
        yield f"prompt     {part['name']} ({part['role']}, {part['tokens']} tokens)"
    for key, value in details.get("notes", {}).items():
        yield f"note       {key}: {value}"
    yield (
        f"tokens     {usage.get('prompt_tokens')} read, {usage.get('cached_tokens')} of them "
        f"cached, {usage.get('completion_tokens')} written"
    )
    yield (
        f"time       first token {timings.get('first_token_s')} s, total {timings.get('total_s')} s"
    )
