"""`mgmine.scan` from Python over the same work as the command: `python api.py [--lexicon FILE] [--threads N] FILE…`.

Builds the tables of mentions and comentions in memory and prints their numbers of rows as JSON, with `start_ms`: the CPU
time of Python's start, of importing mgmine and of opening the lexicon, before the first file is read.
"""

import argparse
import json
import time

import mgmine
from mgmine.lexicon import load

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--lexicon", action="append")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("files", nargs="+")
given = parser.parse_args()
lexicon = load(replace=given.lexicon or ())
start = time.process_time()
found = mgmine.scan(given.files, lexicon=lexicon, threads=given.threads)
summary = found.summary
names = ("documents", "abstracts", "deletions", "mentions", "counted", "vetoes", "comentions")
print(json.dumps({name: getattr(summary, name) for name in names} | {"start_ms": round(start * 1e3)}))
