"""The picker: words are typed, the best codes stand below, one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.styles import Style

if TYPE_CHECKING:
    from noteproc.codesets import LookupHit

_STYLE = Style.from_dict({"chosen": "reverse", "code": "bold", "dim": "ansibrightblack"})
_KEYS = "up/down choose   Enter take   Ctrl-U clear   Esc leave"


def pick(
    find: Callable[[str], Sequence[LookupHit]],
    words: str = "",
    *,
    keys: Input | None = None,
    screen: Output | None = None,
) -> LookupHit | None:
    """Let a person choose a code; None where he left without one.

    Args:
        find: the look-up, asked anew with every letter.
        words: what stands in the line at first.
        keys, screen: where keys come from and the picture goes; by default the terminal, so that standard output
            stays free for the choice.
    """
    picker = _Picker(find, words)
    application: Application[LookupHit | None] = Application(
        layout=picker.layout,
        key_bindings=picker.bindings,
        style=_STYLE,
        input=keys,
        output=screen or create_output(always_prefer_tty=True),
        erase_when_done=True,
    )
    application.ttimeoutlen = 0.05
    return application.run()


class _Picker:
    def __init__(self, find: Callable[[str], Sequence[LookupHit]], words: str) -> None:
        self._find = find
        self._hits: tuple[LookupHit, ...] = ()
        self._at = 0
        self._line = Buffer(multiline=False, on_text_changed=lambda _: self._ask())
        self._line.insert_text(words)
        self._ask()
        self.layout = Layout(
            HSplit(
                [
                    VSplit(
                        [Window(FormattedTextControl("find: "), width=6), Window(BufferControl(self._line))], height=1
                    ),
                    Window(FormattedTextControl(self._rows), wrap_lines=False),
                    Window(FormattedTextControl(self._foot), height=1),
                ]
            )
        )
        self.bindings = self._bound()

    def _ask(self) -> None:
        words = self._line.text.strip()
        self._hits = tuple(self._find(words)) if words else ()
        self._at = 0

    def _rows(self) -> StyleAndTextTuples:
        rows: StyleAndTextTuples = []
        for number, hit in enumerate(self._hits):
            style = "class:chosen" if number == self._at else ""
            rows.append((f"{style} class:code", f" {hit.code:9}"))
            header = "" if hit.billable else "  (header, not billable)"
            rows.append((style, f"{hit.system:10}  {hit.title}{header}\n"))
        if not rows and self._line.text.strip():
            rows.append(("class:dim", " nothing found: try fewer or other words\n"))
        return rows

    def _foot(self) -> StyleAndTextTuples:
        why = f"{self._hits[self._at].why}   |   " if self._hits else ""
        return [("class:dim", f" {why}{_KEYS}")]

    def _bound(self) -> KeyBindings:
        bound = KeyBindings()

        @bound.add("down")
        def _(event: KeyPressEvent) -> None:
            self._at = min(self._at + 1, max(0, len(self._hits) - 1))

        @bound.add("up")
        def _(event: KeyPressEvent) -> None:
            self._at = max(self._at - 1, 0)

        @bound.add("enter")
        def _(event: KeyPressEvent) -> None:
            if self._hits:
                event.app.exit(result=self._hits[self._at])

        @bound.add("c-u")
        def _(event: KeyPressEvent) -> None:
            self._line.reset()
            self._ask()

        @bound.add("escape", eager=True)
        @bound.add("c-c")
        @bound.add("c-d")
        def _(event: KeyPressEvent) -> None:
            event.app.exit(result=None)

        return bound
