"""Train a config: `train.py CONFIG OUT [--section.key value ...]`.

As `spacy train`, but with the matrix product that knows the processor instead of blis' (`mgmine.nlp.inference.fast_ops`), and on one core
unless OMP_NUM_THREADS says otherwise.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))


def main() -> None:
    """Read the config with its overrides and train."""
    import readers  # noqa: F401  (registers the readers)
    from spacy.cli._util import parse_config_overrides
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train
    from spacy.util import load_config
    from thinc.api import set_current_ops

    from mgmine.nlp.inference import fast_ops

    set_current_ops(fast_ops())
    config_path, out = Path(sys.argv[1]), Path(sys.argv[2])
    config = load_config(config_path, overrides=parse_config_overrides(sys.argv[3:]), interpolate=False)
    nlp = init_nlp(config, use_gpu=-1)
    out.mkdir(parents=True, exist_ok=True)
    train(nlp, out, use_gpu=-1, stdout=sys.stdout, stderr=sys.stderr)


if __name__ == "__main__":
    main()
