"""From redacted notes to suggested codes: assertion, matching, composition, ranking."""

from noteproc.coding.coder import Coder
from noteproc.coding.explanation import Explanation, Sighting

__all__ = ["Coder", "Explanation", "Sighting"]
