"""Two figures with a stroke between them: a day of a month, a mark of a scale, a part of a whole, or a size."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE

# A part of a whole: "1/2 of the meal", "4/19 nodes", "5/12 cores", "1/4 mile".
_PART_OF = re.compile(
    r"\s(?:of (?!last|this|next|the (?:month|year)|(?:19|20)\d\d)|(?:lymph )?nodes?\b|cores?\b|bags?\b|miles?\b|inch"
    r"|cup\b|cm\b|mm\b|meals?\b|insp|tab(?:let)?s?\b|samples?\b|bottles?\b|lobes?\b|quadrants?\b|tested\b"
    r"|split\b|correct\b|objects?\b|items?\b|words?\b|criteria\b|sessions?\b|ROM\b|bcx\b|cultures?\b|attempts?\b"
    r"|glomeruli\b|nights\b|cues\b|accuracy\b|Fr\b|(?i:(?:\w{1,12} )?sheath\b)"
    r"|(?:w/|with) ?(?:\w{2,8} ){0,2}(?:cues|cueing|prompts|assist)\b)"
)
# Of so few bottles or sets something grew: "2/4 with coag-neg staph".
_GREW = re.compile(
    r" (?:w/ ?|with |pos(?:itive)? (?:for )?|\+ ?)?(?:methicillin|MRSA|MSSA|CoNS|coag|GPCs?|GNRs?|gram|[Ss]taph"
    r"|[Ss]trep|E\. ?coli|S\. ?aureus|[Kk]leb)\b"
)
# Infusions that come in courses: "Venofer 100 (5/10)".
_COURSE = re.compile(
    r"\b(?:venofer|ferrlecit|infed|feraheme|injectafer|monoferric|iron (?:sucrose|dextran|gluconate))\b[^.;\n]{0,46}$",
    re.IGNORECASE,
)
_OF_COURSES = ("(", "dose ", "#")
_BOTTLES = ("/1", "/2", "/3", "/4", "/6")
_GRADED = frozenset(lx.read_words("graded_words.txt"))
_LONGEST_SCALE = max(map(len, _GRADED)) + 3
_FRACTIONS = re.compile(r"(?<!\d)(\d+)/(?=(\d+))")
# This and what follows as far as ``_SCALE_NEAR`` read small letters alone, which is far faster than any.
MEASURE_BEFORE = re.compile(
    r"(?<![a-z])(?:pain|throbb?ing|aching|ache|sharp|sore(?:ness)?|burning|cramps?|cramping|stabbing|headache|vas|nrs"
    r"|strength|motor|power|murmur|grade|reflex(?:es)?|dtrs?|pulses?|score[ds]?|scale|rated?"
    r"|rating|bp|pressure|apgars?|vision|acuity|"
    r"va|od|os|ou|ratio|mallampati|gcs|nihss|nih stroke scale|qsofa|curb-?65|chads|meld|rass|ipss"
    r"|aua|oswestry|ecog|cam-icu|ciwa|cows|ymrs|epds|odi"
    r"|intensity|severity|level|image|img|series|slice|frame|muscle|phalen|edema|spurling|grip|flexion"
    r"|extension|abduction|"
    r"dorsiflexion|plantarflexion|quad(?:riceps)?|biceps|triceps|deltoids?|ehl|hip|ankle|nodes?|stations?|visit"
    r"|size|gauge|"
    r"dilated|effaced|cores?|sets?|ekg|lead|moca|mmse|minicog|phq|gad|morse|braden|wells|sips?|fev1|t[12]|q\d*"
    r"|every|of|about|approx|approximately|or|to)"
    r"\W{0,3}(?:is|was|at|of|in|are|were|score|now|today|right|left|bilaterally|r|l|a|by)?\W{0,3}$",
)
_MEASURE_AFTER = re.compile(
    r"\s{0,3}(?:-?\s?(?:tub(?:ular)?\b|strength|pain|murmur|systolic|diastolic"
    r"|sem|in severity|on (?:the )?(?:pain|scale)"
    r"|scale|inch|inches|\"|cup|tab|tablet|pill|dose|"
    r"mg|ml|cc|tsp|tbsp|d\b|wks?\b|mos?\b|bilat|throughout|power|motor|nodes?|of (?:the|a)\b|ns\b|saline|ppd|pack"
    r"|pint|full|positive|negative|correct|recall|words|objects|"
    r"sessions?|visits?|thickness|sec|hr|hours?|min|day|wk|weeks?|months?|mo\b|years?|yrs?|y/?o|x\b|lpm"
    r"|blood cultures|bottles|beats|lead|ehl\b|quads?\b|deltoids?\b|biceps\b|triceps\b|iliopsoas\b|hamstrings?\b"
    r"|grip\b|interossei\b|gastroc))",
)
_DATE_BEFORE = re.compile(
    r"(?<![a-z])(?:\bon|since|from|until|till?|thru|through|dated?|dob|dos|doa|dod|seen|visit|admit(?:ted)?|adm"
    r"|discharged?|d/c|dc|dx'?d?|scheduled|appt|appointment|"
    r"last|next|due|start(?:ed|ing)?|began|began on|effective|signed|by|after|before|of|lmp|edd|edc|born"
    r"|birth(?:day|date)?|surgery|"
    r"clinic|f/?u|follow-?up|recheck|return|rtc|week of|labs?|cbc|cmp|bmp|mri|ct|cxr|x-?ray|xr|echo|ekg|ecg"
    r"|culture|note|entered|updated|reviewed|completed|given|"
    r"addendum|collected|received|reported|d|t|dd|dt|rev|ed|er|icu|dated:|as of|hospitalized|placed|removed"
    r"|inserted|refill(?:ed)?|filled|exp|expires|"
    r"resolved|healed|called|call|spoke|message|copied from|colonoscopy|mammogram|pap|vaccine|dose [123]"
    r"|shot|biopsy|path|op|admission|transfer(?:red)?|arrived|and|between)"
    r"\W{1,3}$",
)
_WORD_BEFORE = re.compile(r"[A-Za-z]{2}\)? $")
# No verb, no finding and no link: "INR 2/2 was 2.1" gives a date.
_CAUSE = re.compile(
    r" (?:to )?(?!(?:was|is|were|at|with|w|and|or|showed|shows|show|normal|nl|neg|negative|pos|positive|stable|clear|by"
    r"|per|am|pm|for|on|in|the|his|her|a|an|then|reviewed|pending|done|visit|note|labs?|level|unremarkable"
    r"|improved)\b)[A-Za-z]"
)
_VISIT_BEFORE = re.compile(
    r"(?<![a-z])(?:(?:next|last) (?:visit|appointment|appt|dose|seen)|clinic|appt"
    r"|appointment|admitted|seen|since|until|till|thru|dated?|rtc|recheck)\W{1,3}$",
)
# Pain and what else is told by a number of ten, and what makes it better or worse.
_AILING = re.compile(
    r"(?i:\b(?:pains?|painful|ach(?:es?|ing|y)|sore(?:ness)?|hurts?|tender(?:ness)?|throbb?(?:s|ing)?|burn(?:s|ing)?|stabbing"
    r"|sharp|cramp(?:s|ing)?|headaches?|stiff(?:ness)?|itch(?:y|ing)?|pruritus|discomfort|worse|worst|relie(?:f|ved)|severity"
    r"|average|rates?|rated|nausea|anxiety|tolerable|spasms?)\b)|\b(?:HA|CP|LBP)\b"
)
_ANNOUNCED = re.compile(
    r"(?:\bon|since|until|till?|thru|through|dated?|appt|appointment|scheduled?|due|start(?:ed|ing|s)?|effective|lmp|edd|seen|dos"
    r"|admitted|adm|discharged|before|after|rtc|next|last|visit|done|given|placed|removed|mri|ct|xray|x-ray|labs?|surgery|eval|clinic|ed|er|uc|called|phone|note|work)\W{1,3}$"
)
_ADMITTED = re.compile(r"\b(?:adm|admit(?:ted)?|seen|since|until|thru|dated?|dos|lmp|discharged|dc'?d|d/c)\W{1,2}$")
_OF_TEN = re.compile(r"(?<![\d/])(10|\d)(?:-\d)?/10(?![\d/])")
# "PT 9/10 for back pain": why somebody came.
_WHAT_FOR = re.compile(r"[,:]? (?:for|with|w/|re|due|c/o|because|dx|-) ?", re.IGNORECASE)
# "Off work 3/10 -> 4/10": from one day to another.
_FROM_DAY = re.compile(r"\d(?: ?(?:->|→|-|–) ?| (?:to|thru|through) )$")
_TO_DAY = re.compile(r"(?: ?(?:->|→|-|–) ?| (?:to|thru|through) )\d")
_SENTENCE_END = re.compile(r"[.?!;]\s|\n")
_APART = re.compile(r"(?:,|, and|\.|\bnow|\bat|\bto) $")
_PULSE = re.compile(r"\b(?:pulses?|[Pp]ulses? \([^)\n]{1,12}\))[^.\n]{0,40}$", re.IGNORECASE)
# Weeks of a pregnancy, before their sevenths.
WEEKS = re.compile(r"(?<!\d)(?:2\d|3\d|4[0-3])[ +-]$")
_SCALE_NEAR = re.compile(
    r"\b(?:moca|mmse|slums|mini-?cog|bims|score[ds]?|scale|points?|quiz|test|recall|correct|phq|gad|memory|mem|hints?)\b",
)
# A result, then when it was taken: "TSH 1.8 (1/8)".
_VALUE_BEFORE = re.compile(r"\d\s?\($")
_ENTRY_AFTER = re.compile(r"[ \t]{1,4}(?:[A-Za-z]{2}|\d{4}\b)")
# Strength, coma and pain are told by these, and may well stay the same all day.
GRADES = frozenset({5, 6, 10})
SCALES = frozenset({2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30})
_TIME_AFTER = re.compile(
    r"[\s,@]{0,3}(?:at\s{1,3}|@\s?)?(?:[01]?\d|2[0-3]):?[0-5]\d(?!\d|/)(?:\s?(?:hrs?|h|am|pm|a\.m|p\.m)\b)?",
)


def scaled(text: str, start: int, end: int) -> bool:
    """Whether the words around a pair of figures speak of a scale, a strength or a measure."""
    before = text[max(0, start - 30) : start].lower()
    return bool(
        _MEASURE_AFTER.match(text[end : end + 24].lower())
        or MEASURE_BEFORE.search(before)
        or _SCALE_NEAR.search(before)
    )


def is_part(text: str, start: int, end: int) -> bool:
    """Whether a fraction is a part of a whole or of the best that there is: "4/19 nodes", "insight 3/4"."""
    if _PART_OF.match(text, end) or _is_graded(text, start):
        return True
    if text.endswith(_BOTTLES, start, end) and (
        _GREW.match(text, end) or _PULSE.search(text, max(0, start - 60), start)
    ):
        return True
    if text.endswith(_OF_COURSES, 0, start) and _COURSE.search(text, max(0, start - 64), start):
        return True
    return _is_wheal(text, start)


def _is_graded(text: str, start: int) -> bool:
    """Whether the word right before, a blank or two between, is what is told by a part of its best."""
    if text[start - 1 : start] != " ":
        return False
    before = text[max(0, start - _LONGEST_SCALE) : start].removesuffix(" ").removesuffix(" ")
    return bool(before) and not before[-1].isspace() and before.split()[-1].lstrip("([/,;:.").lower() in _GRADED


def rated(text: str, start: int, end: int) -> bool:
    """Whether so many of ten tell how bad something is: pain is spoken of, or marked again in the sentence."""
    if text[end - 3 : end] != "/10" or _ANNOUNCED.search(text[max(0, start - 24) : start].lower()):
        return False
    line = text.rfind("\n", max(0, start - 160), start) + 1
    before = text[max(line, start - 160) : start]
    after = _SENTENCE_END.split(text[end : end + 80], 1)[0]
    sentence = _SENTENCE_END.split(before)[-1]
    if _AILING.search(sentence) or (_AILING.search(after) and not _WHAT_FOR.match(after)):
        return True
    other = _OF_TEN.search(sentence) or _OF_TEN.search(after)
    if other and other[1] != text[start : end - 3] and not _FROM_DAY.search(sentence) and not _TO_DAY.match(after):
        return True
    return bool(_APART.search(before) and _AILING.search(before))


def _is_wheal(text: str, start: int) -> bool:
    """Whether a wheal with its flare is told, in the rows behind that of histamine."""
    at = text.rfind("istamine", max(0, start - 500), start)
    return at >= 0 and "\n\n" not in text[at:start]


def caused(text: str, start: int, end: int) -> bool:
    """Whether "2/2" says "secondary to": a condition before it, its cause behind it, no announced date."""
    if text[start:end] != "2/2" or dated(text, start):
        return False
    return _WORD_BEFORE.search(text[max(0, start - 30) : start]) is not None and bool(_CAUSE.match(text, end))


def dated(text: str, start: int) -> bool:
    """Whether the words before a pair of figures announce a date."""
    return _DATE_BEFORE.search(text[max(0, start - 30) : start].lower()) is not None


def is_scale(text: str, of: int) -> bool:
    """Whether fractions of one denominator are marks of a scale: one day told again and again is a day."""
    if text.count(f"/{of}") < 3 or f"/{of}/" in text:
        return False
    return of in GRADES or len({part for part, whole in _FRACTIONS.findall(text) if whole == str(of)}) > 1


def short_score(text: str, start: int, end: int, a: int, b: int, separator: str) -> float:
    before, after = text[max(0, start - 30) : start].lower(), text[end : end + 24].lower()
    if separator == "-":
        if b > 15 and a < b and _ADMITTED.search(before):
            return 0.65
        return 0.1 if _MEASURE_AFTER.match(after) else 0.25 if a < b <= 15 else MAYBE
    if _MEASURE_AFTER.match(after) or caused(text, start, end):
        return 0.2
    if a <= b and ((is_part(text, start, end) and not dated(text, start)) or rated(text, start, end)):
        return 0.2
    if b == 7 and WEEKS.search(before):
        return 0.1
    measured = MEASURE_BEFORE.search(before)
    if measured and a <= b and b in (5, 6, 10):
        return 0.2
    if _TIME_AFTER.match(after):
        return 0.9
    if measured:
        return 0.25
    if _DATE_BEFORE.search(before):
        strong = _VISIT_BEFORE.search(before)
        return 0.45 if a <= b and b in (2, 3, 4, 5, 6, 10) and not strong else 0.85
    if after[:1] == ":" and b != 10:
        return 0.6
    if b > 12 and a != b:
        scale = b in (15, 20, 30) and a <= b and _SCALE_NEAR.search(text[max(0, start - 40) : start].lower())
        return 0.3 if scale else 0.65 if b in (15, 20, 30) else 0.7
    if before[-1:] == "(" and after[:1] == ")" and _VALUE_BEFORE.search(before) and b not in (5, 10):
        return 0.65
    opens = not before.strip(" \t") or before.rstrip(" \t")[-1:] == "\n"
    if opens and _ENTRY_AFTER.match(after):
        return 0.65 if b not in (5, 10) or a > b else MAYBE
    return 0.3 if a <= b and b in (5, 6, 8, 9, 10, 12) else MAYBE
