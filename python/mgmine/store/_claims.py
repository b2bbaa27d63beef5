"""From a row of the claims table back to the claim record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def _ordered(value: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in (*keys, *sorted(set(value) - set(keys))) if key in value}


def claim_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """The claim record (a JSON object, keys in the documented order) of a row of the claims table."""

    def argument(name: str) -> dict[str, Any] | None:
        if row[f"{name}_claim"] is not None:
            return {"claim": row[f"{name}_claim"]}
        if row[f"{name}_text"] is None:
            return None
        return {
            "text": row[f"{name}_text"], "start": row[f"{name}_start"], "end": row[f"{name}_end"],
            "type": row[f"{name}_type"], "ids": row[f"{name}_ids"] or [], "level": row[f"{name}_level"],
        }  # fmt: skip

    def objects(text: str | None, keys: tuple[str, ...]) -> list[dict[str, Any]]:
        # JSON texts from the core have their keys sorted; a record has them in the documented order.
        return [_ordered(value, keys) for value in json.loads(text or "[]")]

    return {
        "id": row["id"],
        "doc_id": row["doc_id"],
        "doc_version": row["doc_version"],
        "section": row["section"],
        "passage": row["passage"],
        "sentence": {
            "index": row["sentence_index"], "start": row["sentence_start"], "end": row["sentence_end"],
            "text": row["sentence_text"],
        },
        "subject": argument("subject"),
        "predicate": row["predicate"],
        "sign": row["sign"],
        "aspect": row["aspect"],
        "object": argument("object"),
        "negated": row["negated"],
        "factuality": row["factuality"],
        "modality": row["modality"],
        "necessity": row["necessity"],
        "via": objects(row["via"], ("text", "start", "end", "type", "ids", "level")),
        "perturbation": None if row["perturbation_kind"] is None else {
            "kind": row["perturbation_kind"], "agent": row["perturbation_agent"],
        },
        "role": row["role"],
        "context": objects(row["context"], ("slot", "text", "start", "end", "ids", "stated")),
        "cue": {"text": row["cue_text"], "start": row["cue_start"], "end": row["cue_end"]},
        "derived_from": row["derived_from"],
        "score": row["score"],
        "rule": row["rule"],
        "provenance": _ordered(json.loads(row["provenance"] or "{}"), ("lexicon", "rules", "model")),
    }  # fmt: skip
