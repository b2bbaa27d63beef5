#!/usr/bin/env python3
"""Check a lexicon's identifiers against name lists: ``check_lexicon.py LEXICON.toml SOURCES``.

SOURCES is a folder with the public lists that the default lexicon was checked with: ``hgnc_entries.tsv.gz``,
``mesh_labels_synonyms.tsv.gz``, ``cell-ontology-immune-slim.obo.gz``, ``chebi_magnesium.json``,
``famplex/entities.csv`` and ``large/*.tsv.gz`` (columns name, identifier). Any may be missing: its identifiers are then
unchecked.

For each identifier it says whether the list knows it and shows the list's own label beside the concept's, so that a
reader sees at a glance whether they are the same thing. Exit code 1 when a list that is there lacks an identifier.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import tomllib
from pathlib import Path

# Identifiers outside the lists above. Their meaning is written here, so that the check stays complete and readable.
KNOWN = {
    "GO:0008305": "integrin complex",
    "GO:0034665": "integrin alpha1-beta1 complex",
    "GO:0034666": "integrin alpha2-beta1 complex",
    "GO:0034667": "integrin alpha3-beta1 complex",
    "GO:0034668": "integrin alpha4-beta1 complex",
    "GO:0034669": "integrin alpha4-beta7 complex",
    "GO:0034674": "integrin alpha5-beta1 complex",
    "GO:0034675": "integrin alpha6-beta1 complex",
    "GO:0034676": "integrin alpha6-beta4 complex",
    "GO:0034677": "integrin alpha7-beta1 complex",
    "GO:0034678": "integrin alpha8-beta1 complex",
    "GO:0034679": "integrin alpha9-beta1 complex",
    "GO:0034680": "integrin alpha10-beta1 complex",
    "GO:0034681": "integrin alpha11-beta1 complex",
    "GO:0034682": "integrin alphav-beta1 complex",
    "GO:0034683": "integrin alphav-beta3 complex",
    "GO:0034684": "integrin alphav-beta5 complex",
    "GO:0034685": "integrin alphav-beta6 complex",
    "GO:0034686": "integrin alphav-beta8 complex",
    "GO:0034687": "integrin alphaL-beta2 complex",
    "GO:0034688": "integrin alphaM-beta2 complex",
    "GO:0034689": "integrin alphaX-beta2 complex",
    "GO:0034690": "integrin alphaD-beta2 complex",
    "GO:0034691": "integrin alphaE-beta7 complex",
    "GO:0070442": "integrin alphaIIb-beta3 complex",
    "HP:0002917": "Hypomagnesemia",
    "HP:0002918": "Hypermagnesemia",
    "LOINC:2601-3": "Magnesium [Moles/volume] in Serum or Plasma",
}


def rows(path: Path, delimiter: str = "\t") -> list[list[str]]:
    """The rows of a plain or gzipped table; none where the file is missing."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as handle:
        quoting = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
        return list(csv.reader(handle, delimiter=delimiter, quoting=quoting))


def known_labels(sources: Path) -> dict[str, str]:
    """Identifier to the label its source gives it."""
    labels = dict(KNOWN)
    for row in rows(sources / "hgnc_entries.tsv.gz")[1:]:
        labels[row[0]] = f"{row[1]} ({row[2]})"
    for row in rows(sources / "mesh_labels_synonyms.tsv.gz"):
        labels[f"MESH:{row[0]}"] = row[1]
    for row in rows(sources / "famplex" / "entities.csv", ","):
        labels[f"FPLX:{row[0]}"] = row[0]
    for name, prefix in (("CellOntology", ""), ("PubChem", "PUBCHEM.COMPOUND:"), ("Cellosaurus", "cellosaurus:")):
        for row in rows(sources / "large" / f"{name}.tsv.gz"):
            labels.setdefault(prefix + row[1], row[0])
    chebi = sources / "chebi_magnesium.json"
    if chebi.exists():
        for term in json.loads(chebi.read_text(encoding="utf-8")):
            labels[term["id"]] = term["name"]
    obo = sources / "cell-ontology-immune-slim.obo.gz"
    if obo.exists():
        for block in gzip.decompress(obo.read_bytes()).decode("utf-8").split("\n\n"):
            term = re.search(r"^id: (\S+)\nname: (.+)$", block, re.MULTILINE)
            if term and "is_obsolete: true" not in block:
                labels[term[1]] = term[2]
    return labels


def main(lexicon: Path, sources: Path) -> int:
    """Print one line an identifier; return the number of unknown ones, at most 1."""
    labels = known_labels(sources)
    prefixes = {curie.split(":")[0] for curie in labels}
    unknown = 0
    seen: dict[str, str] = {}
    for concept in tomllib.loads(lexicon.read_text(encoding="utf-8"))["concept"]:
        for kind in ("ids", "close_ids"):
            for curie in concept.get(kind, []):
                label = labels.get(curie)
                if label is None:
                    state = "UNKNOWN" if curie.split(":")[0] in prefixes else "unchecked"
                    unknown += state == "UNKNOWN"
                    label = state
                if kind == "ids":
                    if curie in seen and seen[curie] != concept["label"]:
                        label += f"  (also: {seen[curie]})"
                    seen.setdefault(curie, concept["label"])
                print(f"{kind[:-1]:9}{curie:28}{concept['label'][:44]:46}{label}")
    print(f"{unknown} unknown")
    return min(unknown, 1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
