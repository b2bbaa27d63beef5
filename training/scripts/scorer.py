"""Trains the weights that score a claim: ``scorer.py -o scorer.json ARCHIVE…``.

Learns from the claims read in the build part of BioNLP-ST archives (``mgmine.evaluate.events``; right where an event says the
same), by logistic regression. Prints precision at several shares of the right claims, on documents held out in ten folds.
Needs scikit-learn.
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
    rows = [(extractor.traces[one.claim.id], one.right, one.document.document.name) for one in judged]
    seen = Counter(name for found, *_ in rows for name in found)
    samples = [{name: value for name, value in found.items() if seen[name] >= LEAST} for found, *_ in rows]
    right = numpy.array([row[1] for row in rows])
    groups = [row[2] for row in rows]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(samples)
    model = LogisticRegression(C=options.regularisation, max_iter=5000)
    guess = cross_val_predict(model, matrix, right, groups=groups, cv=GroupKFold(10), method="predict_proba")[:, 1]
    order = numpy.argsort(-guess)
    hits = numpy.cumsum(right[order])
    for share in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0):
        at = int(numpy.searchsorted(hits, share * hits[-1] - 1e-9))
        print(
            f"keeping {share:.2f} of the right claims (recall about {share * outcome.recall:.3f}): "
            f"precision {hits[at] / (at + 1):.3f} from score {guess[order[at]]:.2f}"
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
