"""Gold against predicted: what leaked, what was redacted for nothing, which codes were found."""

from noteproc.evaluation.codes import CodeFigures, Tally, evaluate_codes
from noteproc.evaluation.gold import GoldCode, GoldNote, GoldSpan, load_gold, load_results
from noteproc.evaluation.phi import PhiFigures, evaluate_phi

__all__ = [
    "CodeFigures",
    "GoldCode",
    "GoldNote",
    "GoldSpan",
    "PhiFigures",
    "Tally",
    "evaluate_codes",
    "evaluate_phi",
    "load_gold",
    "load_results",
]
