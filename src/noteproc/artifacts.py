"""Where the dictionaries and models are: inside an installed wheel, or at the root of a checkout."""

from __future__ import annotations

from pathlib import Path

from noteproc.errors import ModelError

_PACKAGE = Path(__file__).resolve().parent
_chosen: dict[str, Path] = {}


def dictionaries_dir() -> Path:
    """The folder of the shipped dictionaries.

    Raises:
        ModelError: it is missing from the installation.
    """
    return _find("dictionaries")


def models_dir() -> Path:
    """The folder of the shipped models.

    Raises:
        ModelError: it is missing from the installation.
    """
    return _find("models")


def choose_models(folder: Path) -> None:
    """Takes the models of this process from another folder: for training and measuring, before anything is loaded."""
    _chosen["models"] = folder


def _find(name: str) -> Path:
    if name in _chosen:
        return _chosen[name]
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise ModelError(f"the {name} folder is missing from this installation: reinstall noteproc")
