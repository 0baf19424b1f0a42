"""Bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ReadError
from noteproc.files.decoding import decode


@pytest.mark.parametrize(
    "data, text",
    [
        (b"BP 120/80", "BP 120/80"),
        ("naïve – 37 °C".encode(), "naïve – 37 °C"),
        (b"\xef\xbb\xbfBP", "BP"),
        ("T 37 °C".encode("cp1252"), "T 37 °C"),
        (b"dash \x96 here", "dash – here"),
        (b"odd \x81 byte and the rest of a sentence", "odd \x81 byte and the rest of a sentence"),
        ("ok".encode("utf-16"), "ok"),
        (b"a\r\nb\x0cc", "a\r\nb\x0cc"),
    ],
)
def test_encodings_that_occur(data: bytes, text: str) -> None:
    assert decode(data)[0] == text


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "empty"),
        (b" \n\t\r\n", "no text"),
        (b"PK\x03\x04\x00\x00rest", "NUL"),
        (bytes(range(1, 32)) * 20 + b"\xff\xfe\xfa", "not a text file"),
        (b"\xff\xfea", "byte-order mark"),
    ],
)
def test_what_is_not_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        decode(data)


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_one_clear_error(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except ReadError as error:
        message: str | None = str(error)
    else:
        message = None
        assert text.strip()
        assert text.encode(encoding.removesuffix("-sig")) in data or encoding.startswith("utf-")
    assert message is None or len(message) < 120
