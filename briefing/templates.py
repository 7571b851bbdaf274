"""What a centre brings of its own: document and slide templates, the coat of arms. Files of the store's folder templates."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from queries import store
from words import _

T = TypeVar("T")

PICTURES = ("emblem.png", "emblem.jpg")
EMBLEMS = ("emblem.svg", *PICTURES)


def folder() -> Path:
    """data/store/templates beside the database."""
    return store.paths().folder / "templates"


def emblem(kinds: tuple[str, ...] = EMBLEMS) -> Path | None:
    """The coat of arms; None where there is none."""
    return next((folder() / name for name in kinds if (folder() / name).exists()), None)


def own(name: str) -> Path | None:
    """The centre's own template, briefing.docx or briefing.pptx; None where there is none."""
    file = folder() / name
    return file if file.exists() else None


class Broken(ValueError):
    """A centre's own file cannot be used. Its message is for people."""


def used(form: str) -> list[Path]:
    """The centre's own files that a format takes."""
    template = own(f"briefing.{form}")
    picture = None if form == "xlsx" else emblem(EMBLEMS if form == "pdf" else PICTURES)
    return [file for file in (template, picture) if file is not None]


def guarded(form: str, write: Callable[[], T]) -> T:
    """What `write` gives; where it fails and the centre's own files took part, Broken names them."""
    try:
        return write()
    except Exception as error:
        if files := used(form):
            names = ", ".join(file.name for file in files)
            raise Broken(_("Не открылся свой файл: {names}. Замените его или уберите из папки {folder}.").format(names=names, folder=folder())) from error
        raise
