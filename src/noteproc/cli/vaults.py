"""Commands on vaults: make, rotate, export, destroy; and putting back what is kept in one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from noteproc.errors import ConfigError

VaultPath = Annotated[Path, typer.Argument(help="The vault's file.", show_default=False)]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="The file with the vault's key.", show_default="NOTEPROC_KEY, then the key store"),
]

vault = typer.Typer(help="The encrypted file that makes redaction reversible.", no_args_is_help=True)


@vault.command("init")
def init(
    path: VaultPath,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="Write a fresh key to this new file.", show_default="NOTEPROC_KEY"),
    ] = None,
    keyring: Annotated[bool, typer.Option("--keyring", help="Keep a fresh key in the system's key store.")] = False,
) -> None:
    """Make a vault, and a key for it.

    Without `--key-file` or `--keyring` the key is taken from `NOTEPROC_KEY`. Keep the key apart from the vault.

    Example: `noteproc vault init notes.vault --key-file notes.key`
    """
    from noteproc.redaction.keys import load_key, new_key, store_key, write_key
    from noteproc.redaction.vault import Vault

    if path.exists():
        raise ConfigError(f"{path.name} exists already: a vault is never written over")
    if key_file is not None or keyring:
        key = new_key()
        if key_file is not None:
            write_key(key_file, key)
        if keyring:
            store_key(key)
    else:
        key = load_key()
    Vault.create(path, key).close()
    print(f"made {path}; without its key nothing in it can be read, so keep the key safe and apart")


@vault.command("rotate")
def rotate(
    path: VaultPath,
    new_key_file: Annotated[
        Path, typer.Option("--new-key-file", help="Write a fresh key to this new file.", show_default=False)
    ],
    key_file: KeyFile = None,
) -> None:
    """Seal a vault under a fresh key; the old key opens nothing afterwards.

    Example: `noteproc vault rotate notes.vault --key-file notes.key --new-key-file notes.2.key`
    """
    from noteproc.redaction.keys import load_key, new_key, write_key
    from noteproc.redaction.vault import Vault

    opened = Vault.open(path, load_key(key_file))
    key = new_key()
    write_key(new_key_file, key)
    opened.rotate(key)
    opened.close()
    print(f"{path} opens with {new_key_file} from now on; remove the old key")


@vault.command("export")
def export(
    path: VaultPath,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="The new file to write, readable by its owner alone.", show_default=False),
    ],
    key_file: KeyFile = None,
) -> None:
    """Write all that a vault holds, in the clear, as JSON lines.

    Example: `noteproc vault export notes.vault --key-file notes.key -o words.jsonl`
    """
    from noteproc.files.atomic import atomic_text
    from noteproc.redaction.keys import load_key
    from noteproc.redaction.vault import Vault

    opened = Vault.open(path, load_key(key_file))
    if out.exists():
        raise ConfigError(f"{out.name} exists already: name a new file")
    with atomic_text(out, mode=0o600) as file:
        for scope in opened.scopes():
            file.write(json.dumps({"scope": scope}, ensure_ascii=False) + "\n")
        for note in opened.notes():
            spans = [{"redacted_start": a, "redacted_end": b, "original": words} for a, b, words in note.spans]
            file.write(json.dumps({"note_id": note.note_id, "spans": spans}, ensure_ascii=False) + "\n")
    opened.close()
    print(f"wrote {out}: it holds PHI")


@vault.command("destroy")
def destroy(
    path: VaultPath,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Overwrite and remove a vault: nothing that it kept can be restored any more.

    Example: `noteproc vault destroy notes.vault --yes`
    """
    from noteproc.redaction.vault import Vault

    if not path.is_file():
        raise ConfigError(f"there is no vault {path.name}")
    if not yes and not typer.confirm(f"Remove {path} for good?"):
        print("nothing was removed")
        raise typer.Exit(1)
    Vault.destroy(path)
    print(f"removed {path}; remove its key as well")


def restore(
    source: Annotated[
        str, typer.Argument(help="An output folder, a redacted text, an answer, or -.", show_default=False)
    ],
    vault: Annotated[Path, typer.Option("--vault", help="The vault's file.", show_default=False)],
    key_file: KeyFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="Where to write: a new folder, or a new file.", show_default="standard output"
        ),
    ] = None,
    note: Annotated[
        str,
        typer.Option(
            "--note", help="Whose words an answer speaks of, by the note's id.", show_default="the file's name"
        ),
    ] = "",
) -> None:
    """Put back what was taken out: into the notes of a run, or into an answer that speaks in tags.

    Example: `noteproc restore out --vault notes.vault --key-file notes.key -o restored`
    """
    from noteproc.files.atomic import write_text
    from noteproc.redaction.keys import load_key
    from noteproc.redaction.restoration import restored
    from noteproc.redaction.vault import Vault

    opened = Vault.open(vault, load_key(key_file))
    path = Path(source)
    if out is not None and out.exists():
        raise ConfigError(f"{out.name} exists already: name a new one with -o")
    if source != "-" and path.is_dir():
        if out is None:
            raise ConfigError("name a new folder for the restored notes with -o")
        texts = sorted((path / "redacted").rglob("*.txt"))
        if not texts:
            raise ConfigError(f"{path.name} is no output folder of noteproc with redacted notes")
        count = 0
        for file in texts:
            relative = file.relative_to(path / "redacted")
            with file.open(encoding="utf-8", newline="") as stream:
                done = restored(stream.read(), opened, relative.with_suffix("").as_posix())
            (out / relative).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_text(out / relative, done.text, mode=0o600)
            count += done.count
        print(f"restored {len(texts)} notes with {count} identifiers into {out}: they hold PHI")
        return
    if source == "-":
        text = sys.stdin.read()
    else:
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read()
    done = restored(text, opened, note or ("" if source == "-" else path.stem))
    if out is None:
        sys.stdout.write(done.text)
    else:
        write_text(out, done.text, mode=0o600)
        print(f"restored {done.count} identifiers into {out}: it holds PHI")
