"""Trains the weights that score a claim: ``scorer.py -o scorer.json ARCHIVE…``.

Learns from the claims read in the build part of BioNLP-ST archives (``mgmine.evaluate.events``), by logistic regression. Right is
what an event says; a modification with a cause counts as well, because "A phosphorylates B" is no worse a claim than "A activates B".
Prints precision and recall as they are measured, where modifications do not count, from several scores on, on documents held out
in ten folds. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from mgmine.claims import Extractor
from mgmine.evaluate import events

LEAST = 5
"""A feature seen in fewer claims is left out."""


def _best(judged: list[events.Judged], guess: numpy.ndarray) -> list[float]:
    """For each event that a claim states, the highest score of such a claim."""
    best: dict[tuple[str, events.Wanted], float] = {}
    for one, score in zip(judged, guess, strict=True):
        if one.right:
            for wanted in one.document.wanted:
                if events.agrees(one.claim, wanted):
                    key = (one.document.document.name, wanted)
                    best[key] = max(best.get(key, 0.0), float(score))
    return list(best.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+")
    parser.add_argument("-C", "--regularisation", type=float, default=0.3)
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    extractor = Extractor()
    extractor.traces = {}
    judged, outcome = events.measure(options.archives, extractor, "build")
    print("events:", outcome)
    rows = [(extractor.traces[one.claim.id], one.right or one.modifying, one.document.document.name) for one in judged]
    seen = Counter(name for found, *_ in rows for name in found)
    samples = [{name: value for name, value in found.items() if seen[name] >= LEAST} for found, *_ in rows]
    right = numpy.array([row[1] for row in rows])
    groups = [row[2] for row in rows]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(samples)
    model = LogisticRegression(C=options.regularisation, max_iter=5000)
    guess = cross_val_predict(model, matrix, right, groups=groups, cv=GroupKFold(10), method="predict_proba")[:, 1]
    strict = numpy.array([one.right for one in judged])
    best = _best(judged, guess)
    for least in numpy.arange(0.40, 0.66, 0.02):
        kept = guess >= least
        found = sum(score >= least for score in best)
        print(
            f"from score {least:.2f}: precision {strict[kept].mean():.3f} of {kept.sum()} claims, "
            f"recall {found / (outcome.found + outcome.missed):.3f}"
        )
    model.fit(matrix, right)
    weights = {
        str(name): round(float(value), 3)
        for name, value in sorted(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
        if abs(value) >= 0.02
    }
    Path(options.output).write_text(
        json.dumps(
            {"intercept": round(float(model.intercept_[0]), 3), "weights": weights}, ensure_ascii=False, indent=0
        )
        + "\n",
        encoding="utf-8",
    )
    print(len(weights), "weights")


if __name__ == "__main__":
    main()
