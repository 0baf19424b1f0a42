"""Counts the steps that a backtracking matcher takes, so that patterns that run away are found without a clock.

It reads the parse tree of a pattern as ``re`` does and tries what ``re`` tries, in the same order. What it says is an
upper bound: the real matcher leaves out what it can tell by the next character.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

_parser: Any = re._parser
_names: Any = re._constants
_Go: TypeAlias = Callable[[int], bool]
_Matcher: TypeAlias = Callable[[int, _Go], bool]
_Test: TypeAlias = Callable[[str], bool]

_SAMPLES = "a1A -/.,:_'(#@é\n\t;x"
_LONG = 4


class RunsAway(Exception):
    """More steps than were allowed."""


class Backtracking:
    """A pattern, and how many steps it takes on a text.

    Args:
        pattern: what was compiled.
        flags: the flags it was compiled with.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._tree = _parser.parse(pattern, flags)
        self._flags = self._tree.state.flags
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self._steps = self._limit = 0
        self._match = self._sequence(self._tree)

    def steps(self, text: str, *, limit: int = 2_000_000) -> int:
        """The steps of looking for every match in a text.

        Raises:
            RunsAway: they are more than ``limit``.
        """
        self._steps, self._limit = 0, limit
        self._look(text)
        return self._steps

    def found(self, text: str) -> list[tuple[int, int]]:
        """Where the matches in a text stand."""
        self._steps, self._limit = 0, sys.maxsize
        return self._look(text)

    def _look(self, text: str) -> list[tuple[int, int]]:
        self._text = text
        found: list[tuple[int, int]] = []
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(200_000)
        try:
            start, last = 0, -1
            while start <= len(text):
                self._groups.clear()
                ends: list[int] = []
                self._match(start, partial(self._accept, start, last, ends))
                if ends:
                    found.append((start, ends[0]))
                    last = ends[0]
                start = ends[0] if ends and ends[0] > start else start + 1
        finally:
            sys.setrecursionlimit(before)
        return found

    @staticmethod
    def _accept(start: int, last: int, ends: list[int], end: int) -> bool:
        """Takes a match, but an empty one where the one before ended."""
        if start == end == last:
            return False
        ends.append(end)
        return True

    def pumps(self) -> Iterator[tuple[str, str]]:
        """What leads up to each repeat of the pattern, and what that repeats."""
        yield from self._pumps(self._tree, "")

    def _tick(self) -> None:
        self._steps += 1
        if self._steps > self._limit:
            raise RunsAway

    def _pumps(self, nodes: Any, before: str) -> Iterator[tuple[str, str]]:
        for op, value in nodes:
            if op in (_names.MAX_REPEAT, _names.MIN_REPEAT):
                if value[1] >= _LONG:
                    for body in self._shown(value[2]):
                        yield before, body
                yield from self._pumps(value[2], before)
            elif op is _names.SUBPATTERN:
                yield from self._pumps(value[3], before)
            elif op is _names.BRANCH:
                for branch in value[1][:_LONG]:
                    yield from self._pumps(branch, before)
            before += next(iter(self._shown([(op, value)])), "")

    def _shown(self, nodes: Any) -> list[str]:
        """Some texts that nodes match, as far as one can tell from each by itself."""
        texts = [""]
        for op, value in nodes:
            found: list[str] = []
            if op is _names.LITERAL:
                found = [chr(value)]
            elif op in (_names.IN, _names.ANY, _names.NOT_LITERAL):
                test = self._test(op, value)
                found = [c for c in _SAMPLES if test(c)][:_LONG]
            elif op is _names.BRANCH:
                found = [text for branch in value[1][:_LONG] for text in self._shown(branch)[:1]]
            elif op is _names.SUBPATTERN:
                found = self._shown(value[3])
            elif op in (_names.MAX_REPEAT, _names.MIN_REPEAT):
                found = [text * max(1, value[0]) for text in self._shown(value[2])]
            texts = [a + b for a in texts for b in (found or [""])][:_LONG]
        return texts

    def _sequence(self, nodes: Any) -> _Matcher:
        parts = [self._node(op, value) for op, value in nodes]

        def run(at: int, index: int, go: _Go) -> bool:
            if index == len(parts):
                return go(at)
            return parts[index](at, lambda end: run(end, index + 1, go))

        return lambda at, go: run(at, 0, go)

    def _node(self, op: Any, value: Any) -> _Matcher:
        if op in (_names.LITERAL, _names.NOT_LITERAL, _names.ANY, _names.IN):
            return self._one(self._test(op, value))
        if op in (_names.MAX_REPEAT, _names.MIN_REPEAT):
            low, high, body = value
            if len(body) == 1 and body[0][0] in (_names.LITERAL, _names.NOT_LITERAL, _names.ANY, _names.IN):
                return self._run(self._test(*body[0]), low, high, greedy=op is _names.MAX_REPEAT)
            return self._repeat(self._sequence(body), low, high, greedy=op is _names.MAX_REPEAT)
        if op is _names.BRANCH:
            return self._either([self._sequence(branch) for branch in value[1]])
        if op is _names.SUBPATTERN:
            number, added, taken, body = value
            outer, self._flags = self._flags, (self._flags | added) & ~taken
            inside = self._sequence(body)
            self._flags = outer
            return self._group(number, inside)
        if op is _names.AT:
            return self._place(value)
        if op in (_names.ASSERT, _names.ASSERT_NOT):
            direction, body = value
            back = body.getwidth()[0] if direction < 0 else 0
            looked, wanted = self._sequence(body), op is _names.ASSERT
            return lambda at, go: (at >= back and looked(at - back, lambda _: True)) is wanted and go(at)
        if op is _names.GROUPREF:
            return self._reference(value)
        raise NotImplementedError(op)

    def _either(self, branches: list[_Matcher]) -> _Matcher:
        def match(at: int, go: _Go) -> bool:
            # No ``any``: it would nest calls in the interpreter's own stack.
            for branch in branches:  # noqa: SIM110
                if branch(at, go):
                    return True
            return False

        return match

    def _one(self, test: _Test) -> _Matcher:
        def match(at: int, go: _Go) -> bool:
            self._tick()
            return at < len(self._text) and test(self._text[at]) and go(at + 1)

        return match

    def _run(self, test: _Test, low: int, high: int, *, greedy: bool) -> _Matcher:
        def match(at: int, go: _Go) -> bool:
            end = at
            while end < len(self._text) and end - at < high and test(self._text[end]):
                self._tick()
                end += 1
            ends = range(at + low, end + 1)
            for stop in reversed(ends) if greedy else ends:
                self._tick()
                if go(stop):
                    return True
            return False

        return match

    def _repeat(self, body: _Matcher, low: int, high: int, *, greedy: bool) -> _Matcher:
        def match(at: int, go: _Go, count: int = 0) -> bool:
            self._tick()

            def again() -> bool:
                def more(end: int) -> bool:
                    return (end > at or count < low) and match(end, go, count + 1)

                return count < high and body(at, more)

            if greedy or count < low:
                return again() or (count >= low and go(at))
            return go(at) or again()

        return match

    def _group(self, number: int | None, body: _Matcher) -> _Matcher:
        if number is None:
            return body

        def match(at: int, go: _Go) -> bool:
            def closed(end: int) -> bool:
                before = self._groups.get(number)
                self._groups[number] = (at, end)
                if go(end):
                    return True
                if before is None:
                    del self._groups[number]
                else:
                    self._groups[number] = before
                return False

            return body(at, closed)

        return match

    def _reference(self, number: int) -> _Matcher:
        def match(at: int, go: _Go) -> bool:
            self._tick()
            if number not in self._groups:
                return False
            start, end = self._groups[number]
            return self._text.startswith(self._text[start:end], at) and go(at + end - start)

        return match

    def _place(self, where: Any) -> _Matcher:
        multiline = bool(self._flags & re.MULTILINE)

        def holds(at: int) -> bool:
            text = self._text
            before, after = text[at - 1 : at] if at else "", text[at : at + 1]
            if where in (_names.AT_BEGINNING, _names.AT_BEGINNING_STRING):
                return not before or (multiline and before == "\n" and where is _names.AT_BEGINNING)
            if where in (_names.AT_END, _names.AT_END_STRING):
                return not after or (where is _names.AT_END and after == "\n" and (multiline or at + 1 == len(text)))
            edge = _word(before) != _word(after)
            return edge if where in (_names.AT_BOUNDARY, _names.AT_UNI_BOUNDARY) else not edge

        return lambda at, go: holds(at) and go(at)

    def _test(self, op: Any, value: Any) -> _Test:
        test = self._plain_test(op, value)
        if not self._flags & re.IGNORECASE or op is _names.ANY:
            return test
        return lambda c: test(c) or test(c.lower()) or test(c.upper())

    def _plain_test(self, op: Any, value: Any) -> _Test:
        if op is _names.LITERAL:
            return lambda c: c == chr(value)
        if op is _names.NOT_LITERAL:
            return lambda c: c != chr(value)
        if op is _names.ANY:
            everything = bool(self._flags & re.DOTALL)
            return lambda c: everything or c != "\n"
        if op is _names.RANGE:
            first, last = chr(value[0]), chr(value[1])
            return lambda c: len(c) == 1 and first <= c <= last
        if op is _names.CATEGORY:
            return _CATEGORIES[str(value)]
        negated = value[0][0] is _names.NEGATE
        tests = [self._plain_test(*item) for item in value[negated:]]
        return lambda c: any(test(c) for test in tests) is not negated


def _word(c: str) -> bool:
    return c.isalnum() or c == "_"


_CATEGORIES: dict[str, _Test] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_NOT_DIGIT": lambda c: not c.isdecimal(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda c: not c.isspace(),
    "CATEGORY_WORD": _word,
    "CATEGORY_NOT_WORD": lambda c: not _word(c),
}
