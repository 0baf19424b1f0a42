"""What holds between codes, and between a code and the person; no text of a note is needed."""

from noteproc.rules.case import Claim
from noteproc.rules.check import check
from noteproc.rules.examination import Examination, examine
from noteproc.rules.sequence import is_manifestation

__all__ = ["Claim", "Examination", "check", "examine", "is_manifestation"]
