"""What Schemathesis must not decide: how long a request waits. Loaded by way of SCHEMATHESIS_HOOKS."""

import re

import schemathesis

# Longer waits than this are made as long as this; also the one that the API takes when none is given.
LONGEST = 0.05
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text):
    """How long the API would wait, or None where it refuses."""
    if text is None:
        return 5
    span = re.fullmatch(r"([0-9]{1,9})(ms|s|m|h|d)", text) if isinstance(text, str) else None
    wanted = int(span[1]) * UNITS[span[2]] if span else None
    return wanted if wanted is not None and wanted <= 600 else None


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path != "/v1/wait":
        return
    query = case.query or {}
    wanted = seconds(query.get("timeout"))
    if wanted is not None and wanted > LONGEST:
        case.query = {**query, "timeout": "50ms"}
