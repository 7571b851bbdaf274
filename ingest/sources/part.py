"""What adapters hand over: pieces of a normalised batch."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

# Replies and ratings of appeals loaded before; `at` is the moment of the reply.
REPLIES = pa.schema([("external_id", pa.string()), ("at", pa.timestamp("us")), ("reply", pa.string()), ("rating", pa.int8())])


@dataclass(frozen=True)
class Reject:
    """A row that was not taken: its number in the file, why, and what it held (personal data masked)."""

    row_number: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Part:
    """A piece of one batch, in the shape of ingest.batch; `warnings` counts what was blanked or guessed, by kind."""

    appeals: pa.Table
    events: pa.Table | None = None
    comments: pa.Table | None = None
    replies: pa.Table | None = None
    rejects: tuple[Reject, ...] = ()
    warnings: dict[str, int] = field(default_factory=dict)
