"""The pipelines at hand: the one shipped with the package and the installed spaCy and scispaCy models, without loading any."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mgmine.errors import InputError, UsageError


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a pipeline says of itself in its ``meta.json``. ``size`` is in bytes, ``labels`` by component."""

    name: str
    version: str
    origin: str
    """``shipped``, ``installed`` or ``path``."""
    path: Path
    description: str
    license: str
    spacy_version: str
    components: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]
    vectors: int
    size: int
    sources: tuple[str, ...]
    performance: dict[str, Any]

    @property
    def card(self) -> Path | None:
        """The model card beside the weights, if there is one."""
        return next((found for name in ("MODEL_CARD.md", "README.md") if (found := self.path / name).exists()), None)


def _read(path: Path, origin: str) -> ModelInfo:
    try:
        meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
        sources = [entry if isinstance(entry, dict) else {"name": str(entry)} for entry in meta.get("sources") or ()]
        return ModelInfo(
            name=f"{meta['lang']}_{meta['name']}",
            version=str(meta.get("version", "0")),
            origin=origin,
            path=path,
            description=meta.get("description") or "",
            license=meta.get("license") or "",
            spacy_version=meta.get("spacy_version") or "",
            components=tuple(meta.get("pipeline") or meta.get("components") or ()),
            labels={name: tuple(labels) for name, labels in (meta.get("labels") or {}).items() if labels},
            vectors=int((meta.get("vectors") or {}).get("keys") or 0),
            size=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
            sources=tuple(
                f"{entry.get('name', '')} ({entry['license']})" if entry.get("license") else str(entry.get("name", ""))
                for entry in sources
            ),
            performance=dict(meta.get("performance") or {}),
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{path / 'meta.json'}: not the description of a spaCy pipeline: {error}") from error


def _data_folder(package: str) -> Path | None:
    """The folder with ``meta.json`` of an installed model package: below it, named with the version."""
    from importlib.util import find_spec

    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    found = sorted(path.parent for path in root.glob("*/meta.json"))
    return found[-1] if found else None


def installed() -> list[ModelInfo]:
    """The shipped pipeline first, then the installed model packages by name.

    Packages are found by the entry point that spaCy's and scispaCy's models declare. One whose description cannot be read is
    left out.
    """
    from importlib.metadata import entry_points

    from mgmine.nlp.pipeline import SHIPPED

    found = [_read(meta.parent, "shipped") for meta in sorted(SHIPPED.glob("*/meta.json"))]
    for name in sorted({entry.name for entry in entry_points(group="spacy_models")}):
        folder = _data_folder(name)
        if folder is not None:
            try:
                found.append(_read(folder, "installed"))
            except InputError:
                continue
    return found


def describe(model: str | None = None) -> ModelInfo:
    """The pipeline of this name or path; the shipped one if none is given.

    Raises:
        UsageError: There is no such pipeline.
        InputError: Its ``meta.json`` cannot be read.
    """
    from mgmine.nlp.pipeline import unpacked

    at_hand = installed()
    if model is None:
        if not at_hand or at_hand[0].origin != "shipped":
            raise UsageError("this installation has no pipeline of its own; name a model")
        return at_hand[0]
    for info in at_hand:
        if info.name == model:
            return info
    path = unpacked(Path(model))
    if (path / "meta.json").exists():
        return _read(path, "path")
    names = ", ".join(info.name for info in at_hand) or "none"
    raise UsageError(f"no spaCy pipeline {model!r}; at hand: {names}, or the path of a folder with meta.json")
