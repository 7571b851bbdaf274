"""A column of a table, on the page and in a file."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "count", "rate", "percent", "part", "points", "change", "minutes", "days", "moment", "day", "trend", "bar", "tenths"]


@dataclass(frozen=True)
class Column:
    """One column of `tables.ranked`: which column of the frame, its heading, how to write it, help for the heading."""

    name: str
    label: str
    kind: Kind = "text"
    help: str = ""
    width: Literal["small", "medium", "large"] | int | None = None
