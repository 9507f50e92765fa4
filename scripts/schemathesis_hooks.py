"""What schemathesis cannot know of this API from its document.

Changes requests, never checks. An Idempotency-Key that was used for another request is refused
with 422, as it must be, so each request gets a key of its own; and the examples of the document
name assets by ids that only the daemon gives, so theirs are put in their place.
"""

import json
import os
import uuid

import schemathesis

# The ids that the examples name, and those that stand for them in this run.
IDS = json.loads(os.environ.get("RUSHES_EXAMPLES", "{}"))


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if case.headers and "Idempotency-Key" in case.headers:
        is_valid = case.meta is None or case.meta.generation.mode.is_positive
        if is_valid:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
    for example, real in IDS.items():
        for where in (case.path_parameters, case.query, case.body):
            put(where, example, real)


def put(where, example, real):
    """Puts the real id in the place of an example, at any depth."""
    entries = ()
    if isinstance(where, dict):
        entries = where.items()
    elif isinstance(where, list):
        entries = enumerate(where)
    for key, value in list(entries):
        if value == example:
            where[key] = real
        else:
            put(value, example, real)
