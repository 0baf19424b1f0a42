"""Redaction: the only room that reads a note's text as it came."""

from __future__ import annotations

from noteproc.redaction import entities
from noteproc.redaction.redactor import Redactor, recognizers

__all__ = ["Redactor", "entities", "recognizers"]
