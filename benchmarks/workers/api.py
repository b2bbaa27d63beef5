"""`mgmine.scan` from Python over the same work as the command: `python api.py [--lexicon FILE] [--threads N] FILE…`.

Builds the tables of mentions and comentions in memory and prints their numbers of rows as JSON.
"""

import argparse
import json

import mgmine

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--lexicon", action="append")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("files", nargs="+")
given = parser.parse_args()
options = {"lexicon": given.lexicon} if given.lexicon else {}
found = mgmine.scan(given.files, threads=given.threads, **options)
summary = found.summary
names = ("documents", "abstracts", "deletions", "mentions", "counted", "vetoes", "comentions")
print(json.dumps({name: getattr(summary, name) for name in names}))
