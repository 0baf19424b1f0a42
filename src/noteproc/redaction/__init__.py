"""Redaction: the only room that reads a note's text as it came."""

from __future__ import annotations

from noteproc.redaction import entities
from noteproc.redaction.gate import LeakGate
from noteproc.redaction.policy import Policy, load_policy, policy_names
from noteproc.redaction.redactor import Redactor, recognizers

__all__ = ["LeakGate", "Policy", "Redactor", "entities", "load_policy", "policy_names", "recognizers"]
