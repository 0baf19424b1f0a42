"""Commands about a house's own words: why a code was suggested, and the user's own dictionaries."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from noteproc.cli.options import AsJson
from noteproc.config import load_config
from noteproc.errors import ConfigError, ReadError

_SYSTEMS = ("ICD-10-CM", "CPT", "HCPCS")

dictionaries = typer.Typer(
    help="Your own dictionaries: synonyms, codes to prefer or never suggest.", no_args_is_help=True
)


def why(
    note: Annotated[str, typer.Argument(help="A note, or - for standard input.", show_default=False)],
    code: Annotated[str, typer.Argument(help="The code, with its dot; a header asks for anything below it.")],
    system: Annotated[
        str | None,
        typer.Option("--system", help=f"One of {', '.join(_SYSTEMS)}.", show_default="as the code is written"),
    ] = None,
    already_redacted: Annotated[
        bool, typer.Option("--already-redacted", help="The text holds no PHI: skip redaction.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="A TOML file with settings.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a code was or was not suggested for a note: phrase, context, what outranked it, what is missing.

    Example: `noteproc why note.txt M25.552`, `noteproc why note.txt 0201T`
    """
    from noteproc.codesets import ICD10CM, system_of
    from noteproc.files.inputs import Unreadable, read, sources
    from noteproc.processor import NoteProcessor
    from noteproc.records import CodingContext, RedactedNote

    system = system or system_of(code.upper()) or ICD10CM
    if system not in _SYSTEMS:
        raise ConfigError(f"--system must be one of {', '.join(_SYSTEMS)}")
    processor = NoteProcessor(load_config(config))
    found = next((n for s in sources([note])[0] for n in read(s)), None)
    if found is None or isinstance(found, Unreadable):
        raise ReadError("the note cannot be read" if found is None else found.message)
    if already_redacted:
        redacted = RedactedNote.already_redacted("note", found.text, CodingContext())
    else:
        redacted = processor.redact(found)
    told = processor.coder.why(redacted, code.upper(), system)
    if as_json:
        print(json.dumps(asdict(told), ensure_ascii=False))
        return
    reason = f" ({told.reason})" if told.reason else ""
    print(f"{told.system} {told.code}: {told.outcome}{reason}, score {told.score:.2f}, threshold {told.threshold:.2f}")
    for s in told.sightings:
        words = " ".join(redacted.text[s.start : s.end].split())
        cues = f"; cues: {', '.join(s.cues)}" if s.cues else ""
        where = f"{s.section or 'no section'}, {s.assertion}{cues}"
        print(f"  {s.start}-{s.end} {words!r} as {s.phrase!r} ({s.match_kind}), {where}")
    for near in told.instead:
        print(f"  instead: {near}")
    for alternative in told.alternatives:
        print(f"  alternative: {alternative.code} {alternative.why}")
    for missing in told.missing:
        print(f"  missing: {missing}")


@dictionaries.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="Your dictionary folder.", show_default=False)],
) -> None:
    """Check a dictionary folder of your own; the first mistake is told with file, line and reason.

    Example: `noteproc dictionaries check my-words`
    """
    from noteproc.codesets.housewords import check_folder

    counts = check_folder(folder)
    print(f"{counts.phrases} phrases, {counts.preferences} preferences, {counts.sections} section names: nothing wrong")


@dictionaries.command("learn")
def learn(
    decisions: Annotated[
        Path, typer.Argument(help='Decisions, one a line: {"code", "accepted", "term"}.', show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder that the proposals go to.")],
    least: Annotated[int, typer.Option("--least", min=1, help="How many decisions must agree.")] = 3,
) -> None:
    """Turn reviewers' decisions into proposals for your own dictionaries; you read them before you use them.

    Example: `noteproc dictionaries learn decisions.jsonl -o proposals`
    """
    from noteproc.codesets.housewords import propose, write_proposals

    proposals = propose(decisions, least)
    write_proposals(proposals, output)
    print(f"{len(proposals.phrases)} phrases to add, {len(proposals.never)} codes never to suggest: {output}")
