"""The one door into the store: the normalised batch that every adapter and the demo generator fill.

Labels instead of ids; all times are naive UTC; personal data in texts is already masked.
"""

import pyarrow as pa

TIME = pa.timestamp("us")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


# One row an appeal. `repeat_of` is the external_id of an earlier appeal of the same source; `author` is a keyed hash.
# `first_loaded_at` is null unless the source says when the record first reached us (then the store keeps that moment).
SCHEMA = pa.schema(
    [
        _required("row_number", pa.int64()),
        ("external_id", pa.string()),
        _required("source", pa.string()),
        _required("visibility", pa.string()),
        _required("channel", pa.string()),
        _required("is_official", pa.bool_()),
        _required("created_at", TIME),
        ("region", pa.string()),
        ("municipality", pa.string()),
        ("settlement", pa.string()),
        ("street", pa.string()),
        ("house", pa.string()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("block", pa.string()),
        ("topic_group", pa.string()),
        ("topic", pa.string()),
        ("type", pa.string()),
        _required("status", pa.string()),
        ("outcome", pa.string()),
        ("executor", pa.string()),
        ("level", pa.string()),
        ("assigned_at", TIME),
        ("first_response_at", TIME),
        ("closed_at", TIME),
        ("due_at", TIME),
        _required("reopened", pa.bool_()),
        ("repeat_of", pa.string()),
        ("rating", pa.int8()),
        ("author", pa.int64()),
        ("audience", pa.int32()),
        ("engagement", pa.int32()),
        ("url", pa.string()),
        ("source_updated_at", TIME),
        ("first_loaded_at", TIME),
        ("text", pa.string()),
        ("language", pa.string()),
        ("reply", pa.string()),
    ]
)

# The status log of the appeals of a batch.
EVENTS = pa.schema(
    [
        ("external_id", pa.string()),
        ("at", TIME),
        ("status", pa.string()),
        ("executor", pa.string()),
        ("note", pa.string()),
    ]
)

# What others wrote under a post; `external_id` null = the post is not among the appeals.
COMMENTS = pa.schema(
    [
        ("comment_external_id", pa.string()),
        ("external_id", pa.string()),
        ("created_at", TIME),
        ("text", pa.string()),
        ("author", pa.int64()),
    ]
)
