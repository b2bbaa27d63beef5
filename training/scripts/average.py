"""A mean of the weights of pipelines trained from one start: `average.py OUT MODEL[=SHARE] MODEL[=SHARE] ...`.

Weights that lie in the same basin average to a model that is often better than each (Wortsman et al. 2022, "Model soups").
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import readers  # noqa: F401  (the trained parts' configs name its functions)
import spacy
from thinc.api import Model


def main() -> None:
    """Write the first pipeline with the mean of all weights; without shares each counts alike."""
    out, *parts = sys.argv[1:]
    given = [(path, float(share or 1)) for path, _, share in (part.partition("=") for part in parts)]
    shares = [share / sum(share for _, share in given) for _, share in given]
    pipelines = [spacy.load(path) for path, _ in given]
    names = [n for n in pipelines[0].pipe_names if isinstance(getattr(pipelines[0].get_pipe(n), "model", None), Model)]
    for name in names:
        walks = [list(nlp.get_pipe(name).model.walk()) for nlp in pipelines]
        for nodes in zip(*walks, strict=True):
            for param in nodes[0].param_names:
                if nodes[0].has_param(param):
                    mean = sum(n.get_param(param) * share for n, share in zip(nodes, shares, strict=True))
                    nodes[0].set_param(param, mean)
    pipelines[0].to_disk(out)
    print(out, names, given)


if __name__ == "__main__":
    main()
