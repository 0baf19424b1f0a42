"""The same over a Spark DataFrame: one row out for each row in, whatever becomes of the note.

Each Python worker makes one processor, on its first note, over the compiled files of its machine (memory-mapped;
nothing is broadcast). A note that cannot be done costs its row alone: ``status`` and ``message`` say why. The outcome
depends on the row alone, so a task that is tried again gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from noteproc.config import Config
from noteproc.errors import ConfigError, LeakError, RedactionError
from noteproc.processor import NoteProcessor
from noteproc.records import CodingContext, Note, RedactedNote
from noteproc.redaction import load_policy
from noteproc.workers import Item, outcome_of

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame

_Row: TypeAlias = dict[str, object]
_Work: TypeAlias = Callable[[NoteProcessor, Note], _Row]

_PRIVATE = "the id itself holds PHI: name a column whose ids name nobody"


def redact_df(
    df: DataFrame,
    *,
    note_id: str = "note_id",
    text: str = "text",
    known: Mapping[str, str] | None = None,
    config: Config | None = None,
) -> DataFrame:
    """The notes without protected health information.

    Args:
        df: one note a row.
        note_id: the column of ids; they stand in the output, so they must name nobody. Where one does, it is null.
        text: the column of notes.
        known: column to key of ``Note.metadata`` (``patient_name``, ``patient_mrn``, ``known:PHONE_NUMBER``, ``age``,
            ...): what must not stay, and what is known of the visit.
        config: settings; policies that need a vault are refused, as rows have no order in which to draw from it.

    Returns:
        ``note_id, status, message, text, phi``: ``status`` is done, failed or quarantined, and ``text`` is null unless
        it is done; offsets of ``phi`` are in the source.

    Raises:
        ConfigError: a column is missing, or the policy needs a vault.
    """
    return _mapped(df, note_id, text, known, config, _redacted, ("text", "phi"))


def code_df(df: DataFrame, *, note_id: str = "note_id", text: str = "text", config: Config | None = None) -> DataFrame:
    """The codes of texts that hold no PHI (the caller vouches for that, or ``redact_df`` made them).

    Args:
        df, note_id, text, config: as for :func:`redact_df`.

    Returns:
        ``note_id, status, message, result, suggestions``: ``result`` is a line of the contract of ``results.jsonl``.

    Raises:
        ConfigError: a column is missing.
    """
    return _mapped(df, note_id, text, None, config, _coded, ("result", "suggestions"))


def process_df(
    df: DataFrame,
    *,
    note_id: str = "note_id",
    text: str = "text",
    known: Mapping[str, str] | None = None,
    config: Config | None = None,
) -> DataFrame:
    """The notes redacted and coded.

    Args:
        df, note_id, text, known, config: as for :func:`redact_df`.

    Returns:
        ``note_id, status, message, text, result, suggestions``.

    Raises:
        ConfigError: a column is missing, or the policy needs a vault.
    """
    return _mapped(df, note_id, text, known, config, _processed, ("text", "result", "suggestions"))


def _mapped(
    df: DataFrame,
    note_id: str,
    text: str,
    known: Mapping[str, str] | None,
    config: Config | None,
    work: _Work,
    columns: tuple[str, ...],
) -> DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema

    settings = config or Config()
    policy = load_policy(settings.policy)
    if policy.needs_vault or policy.reversible:
        raise ConfigError(f"the policy {policy.name} needs a vault, and rows have no order in which to draw from it")
    taken = dict(known or {})
    missing = [name for name in (note_id, text, *taken) if name not in df.columns]
    if missing:
        raise ConfigError(f"no such column: {', '.join(missing)}")
    strings = [df[name].cast("string").alias(f"c{place}") for place, name in enumerate((note_id, text, *taken))]
    keys = tuple(taken.values())

    def over(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow as arrow

        schema = _schema(columns)
        for batch in batches:
            rows = [_row(values, keys, settings, work) for values in zip(*batch.to_pydict().values(), strict=True)]
            arrays = [arrow.array([row.get(field.name) for row in rows], type=field.type) for field in schema]
            yield arrow.RecordBatch.from_arrays(arrays, schema=schema)

    return df.select(*strings).mapInArrow(over, from_arrow_schema(_schema(columns)))


def _schema(columns: tuple[str, ...]) -> pyarrow.Schema:
    """Id, status and message, then the columns asked for."""
    import pyarrow as arrow

    text, number, score = arrow.string(), arrow.int32(), arrow.float64()
    place = [("start", number), ("end", number)]
    evidence = arrow.list_(arrow.struct([*place, ("role", text)]))
    words = [(name, text) for name in ("system", "code", "display", "kind")]
    kinds = {
        "phi": arrow.list_(arrow.struct([*place, ("entity_type", text), ("score", score), ("replacement", text)])),
        "suggestions": arrow.list_(
            arrow.struct([("rank", number), *words, ("score", score), ("units", number), ("evidence", evidence)])
        ),
    }
    return arrow.schema([(name, kinds.get(name, text)) for name in ("note_id", "status", "message", *columns)])


@lru_cache(maxsize=2)
def _processor(config: Config) -> NoteProcessor:
    """The processor of this Python worker."""
    return NoteProcessor(config)


def _row(values: Sequence[str | None], keys: Sequence[str], config: Config, work: _Work) -> _Row:
    given, text, *rest = values
    note_id = (given or "").strip()
    if not note_id:
        return {"status": "failed", "message": "the id is empty"}
    if not (text or "").strip():
        return {"note_id": note_id, "status": "failed", "message": "the text is empty"}
    metadata = {key: value for key, value in zip(keys, rest, strict=True) if value}
    note = Note(note_id, text or "", metadata=metadata)
    return {"note_id": note_id, "message": "", **work(_processor(config), note)}


def _redacted(processor: NoteProcessor, note: Note) -> _Row:
    try:
        redacted = processor.redact(note)
    except LeakError as error:
        return {"note_id": None, "status": "quarantined", "message": str(error)}
    except RedactionError:
        return {"note_id": None, "status": "failed", "message": "redaction failed, so nothing of this note is given"}
    if processor.redactor.label_is_private(note.note_id, note, redacted):
        return {"note_id": None, "status": "failed", "message": _PRIVATE}
    phi = [
        {
            "start": p.start,
            "end": p.end,
            "entity_type": p.entity_type,
            "score": p.score,
            "replacement": p.replacement,
        }
        for p in redacted.phi
    ]
    return {"status": "done", "text": redacted.text, "phi": phi}


def _coded(processor: NoteProcessor, note: Note) -> _Row:
    try:
        result = processor.code(RedactedNote.already_redacted(note.note_id, note.text, CodingContext()))
    except Exception as error:  # whatever breaks costs this row alone; the cause may quote the note
        return {"status": "failed", "message": f"stopped by an internal error ({type(error).__name__})"}
    return {"status": "done", **_told(result.to_dict())}


def _processed(processor: NoteProcessor, note: Note) -> _Row:
    outcome = outcome_of(processor, Item(0, note.note_id, note.note_id, note))
    if outcome.status != "done":
        private = {"note_id": None} if outcome.private else {}
        return {"status": outcome.status, "message": outcome.message, **private}
    if outcome.private:
        return {"note_id": None, "status": "failed", "message": _PRIVATE}
    return {"status": "done", "text": outcome.text, **_told(json.loads(outcome.line))}


def _told(result: dict[str, object]) -> _Row:
    return {"result": json.dumps(result, ensure_ascii=False), "suggestions": result["suggestions"]}
