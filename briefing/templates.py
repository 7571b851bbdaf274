"""What a centre brings of its own: document and slide templates, the coat of arms. Files of the store's folder templates."""

from pathlib import Path

from queries import store

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
