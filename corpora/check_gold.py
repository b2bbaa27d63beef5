#!/usr/bin/env python3
"""Check the gold annotation: ``check_gold.py GOLD.json [TEXT]``.

Without a text it checks the annotation in itself: spans inside their statements, claims and traps that refer to what
is there. With the text (beside the annotation by default) it compares the checksums as well. It prints what is wrong;
the exit code is 1 if anything is.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _spans(value: Any) -> Iterator[tuple[int, int]]:
    """All ``[start, end]`` pairs in nested lists."""
    if isinstance(value, list):
        if len(value) == 2 and all(isinstance(x, int) for x in value):
            yield value[0], value[1]
        else:
            for item in value:
                yield from _spans(item)


def problems(gold: dict[str, Any], text: str | None) -> Iterator[str]:
    """What is wrong with an annotation, one line each."""
    if text is not None and _sha256(text) != gold["sha256"]:
        yield "the text is not the one that was annotated"
        return
    extent = {"reference": tuple(gold["reference"])}
    last = 0
    for statement in gold["statements"]:
        name, start, end = statement["statement"], statement["start"], statement["end"]
        extent[name] = (start, end)
        if not last <= start < end:
            yield f"{name}: statements overlap or are out of order"
        last = end
        if text is not None and _sha256(text[start:end]) != statement["sha256"]:
            yield f"{name}: the span does not hold the statement"
        known = {mention["id"] for mention in statement["mentions"]}
        for mention in statement["mentions"]:
            if not start <= mention["start"] < mention["end"] <= end:
                yield f"{mention['id']}: outside its statement"
            elif text is not None:
                words = text[mention["start"] : mention["end"]]
                if words != words.strip():
                    yield f"{mention['id']}: begins or ends in a space"
                if any(text[at - 1 : at + 1].isalnum() for at in (mention["start"],) if at > 0):
                    yield f"{mention['id']}: begins inside a word"
        for claim in statement["claims"]:
            for role in ("subject", "object"):
                if claim[role] is not None and claim[role] not in known:
                    yield f"{claim['id']}: {role} {claim[role]} is not annotated"
            for mediator in claim["via"]:
                if mediator not in known:
                    yield f"{claim['id']}: mediator {mediator} is not annotated"
            for low, high in _spans(claim["context"].get("population", [])):
                if not start <= low < high <= end:
                    yield f"{claim['id']}: population outside its statement"
            known.add(claim["id"])
    if set(gold["counts"]) != {s["statement"] for s in gold["statements"]}:
        yield "counts: not one entry a statement"
    for families, where in gold["comentions"].items():
        names = families.split("+")
        wanted = [
            name for name, count in gold["counts"].items() if name != "S0" and all(count[family] for family in names)
        ]
        if wanted != where["sentences"]:
            yield f"comentions: {families} should be {wanted}"
    for trap in gold["traps"]:
        low, high = extent[trap["statement"]]
        for key in ("subject", "object"):
            if any(not low <= start < end <= high for start, end in _spans(trap.get(key, []))):
                yield f"{trap['id']}: {key} outside its statement"


def main(arguments: list[str]) -> int:
    """Check one annotation; return the exit code."""
    path = Path(arguments[0])
    gold = json.loads(path.read_text(encoding="utf-8"))
    source = Path(arguments[1]) if len(arguments) > 1 else path.parent / gold["document"]
    text = source.read_bytes().decode("utf-8") if source.exists() else None
    found = list(problems(gold, text))
    for problem in found:
        print(problem)
    with_text = "with" if text is not None else "without"
    print(f"{path.name}: {len(gold['statements'])} statements, {len(found)} problems, {with_text} text")
    return int(bool(found))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
