"""Query times of an evidence store over 400 daily updates, merged as `mgmine update` does it, against one built in one go.

    python benchmarks/store.py --out benchmarks/runs           # 400 updates of 20 citations on a baseline of 40,000
    python benchmarks/store.py --updates 40 --baseline 2000    # is everything in order?

Made-up citations: half of each update revises earlier ones, and one in each is deleted. At several points the live rows are
written to a second store, as one file in one segment, and both are asked the same; their answers must be equal. Times are CPU
seconds of opening the store and asking, the least of `--repeat` times by turns, so that other work on the machine matters
little, and the ratio less. With `--out` the figures go to a dated folder. Needs mgmine alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import tools
from harness.plot import Line, chart

from mgmine._native import Table
from mgmine.store import SegmentKey, Store, _schema
from mgmine.update._status import standing

if TYPE_CHECKING:
    from collections.abc import Callable

PAIR = "subject_key = 'X:3' AND object_key = 'Y:17'"
QUERIES: dict[str, Callable[[Store], Any]] = {
    "opening": lambda store: store.sql("SELECT 1").rows,
    "status": lambda store: standing(store, 0.0, max_lag=2.0).record(),
    "one citation": lambda store: store.sql("SELECT count(*) FROM mentions WHERE doc_id = 'pubmed:77'").rows,
    "claims of a subject": lambda store: sorted(
        claim["id"] for claim in store.claims("list_contains(subject_ids, 'X:3')")
    ),
    "relations of a pair": lambda store: list(store.relations(PAIR, evidence=3)),
    "live rows": lambda store: store.counts(),
}


def tables(connection: Any, ids: str, deleted: str) -> dict[str, Any]:
    """Tables of a file with the citations that the query ``ids`` gives, and the deletions that ``deleted`` gives."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE ids AS SELECT n::BIGINT AS n, row_number() OVER () - 1 AS record FROM ({ids})"
    )
    document = "'pubmed:' || n AS doc_id, 1::INTEGER AS doc_version, record"
    filled = {
        "documents": f"SELECT {document}, 'article' AS kind, 'Title of ' || n AS title, true AS has_abstract, "
        "(1990 + n % 30)::SMALLINT AS year, 'Mg2+ binds LFA-1.' AS text, ['Journal Article'] AS publication_types FROM ids",
        "mentions": f"SELECT {document}, 'abstract' AS passage, 0 AS sentence, 0 AS start, 4 AS \"end\", 'Mg2+' AS text, "
        "'magnesium' AS family, 'concept ' || n % 50 AS concept, ['X:' || n % 50] AS ids, true AS counted "
        "FROM ids, range(3)",
        "claims": f"SELECT md5(n || '/' || record) AS id, {document}, 'Mg2+ binds LFA-1.' AS sentence_text, "
        "'subject ' || n % 50 AS subject_text, ['X:' || n % 50] AS subject_ids, 'affects' AS predicate, "
        "['+', '-'][1 + n // 7 % 2] AS sign, 'object ' || n % 60 AS object_text, ['Y:' || n % 60] AS object_ids, "
        "false AS negated, 'fact' AS factuality, 'asserted' AS modality, 'result' AS role, "
        '\'[{"slot":"species","text":"mice","ids":[],"stated":true}]\' AS context, 0.5::DOUBLE AS score '
        "FROM ids WHERE hash(n) % 4 = 0",
        "touched": f"SELECT 'pubmed:' || n AS doc_id, NULL::INTEGER AS doc_version, NULL::BIGINT AS record, true AS deleted FROM ({deleted})",
    }
    given = {}
    for name, query in filled.items():
        have = {row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()}
        missing = "".join(
            f', NULL::{kind} AS "{column}"' for column, kind in _schema.columns()[name].items() if column not in have
        )
        given[name] = Table.from_arrow(connection.sql(f"SELECT *{missing} FROM ({query})"))
    return given


def update(connection: Any, number: int, citations: int, baseline: int) -> dict[str, Any]:
    """Tables of the baseline (number 0) or of a daily update."""
    ids, deleted = f"SELECT range AS n FROM range({baseline})", "SELECT 0 AS n WHERE false"
    if number:
        half = citations // 2
        first = baseline + (number - 1) * half
        ids = (
            f"SELECT range AS n FROM range({first}, {first + half}) UNION ALL "
            f"SELECT DISTINCT hash(range, {number}) % {first} AS n FROM range({half})"
        )
        deleted = f"SELECT hash({number}, 7) % {first} AS n"
    return tables(connection, ids, deleted)


def in_one_go(store: Store, path: Path) -> Store:
    """A store of the live rows of another, as one file."""
    made = Store(path, create=True)
    live = {}
    for name in ("documents", "mentions", "claims"):
        columns = ", ".join(
            "row_number() OVER (ORDER BY doc_id) - 1 AS record"
            if column == "record" and name == "documents"
            else f'"{column}"'
            for column in _schema.columns()[name]
            if column != "record" or name == "documents"
        )
        live[name] = store.sql(f"SELECT {columns} FROM {name} ORDER BY doc_id")
    with made.writer() as writer:
        writer.commit(SegmentKey("pubmed25n0001.xml.gz", "0" * 32), live)
    return made


def compared(paths: list[Path], ask: Callable[[Store], Any], repeat: int) -> list[float]:
    """CPU seconds of opening each store and asking; the answers must be equal."""
    best = [float("inf")] * len(paths)
    for _ in range(repeat):
        answers = []
        for index, path in enumerate(paths):
            begun = time.process_time()
            with Store(path) as store:
                answers.append(ask(store))
            best[index] = min(best[index], time.process_time() - begun)
        assert all(answer == answers[0] for answer in answers), answers
    return best


def measure(options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """A point for each number of updates that is looked at."""
    most = max(range(options.updates + 1), key=lambda number: _segments(number + 1))
    looked_at = {10, most, *range(options.every, options.updates + 1, options.every), options.updates}
    connection = duckdb.connect()
    points = []
    writing = 0.0
    with Store(folder / "merged", create=True) as store:
        for number in range(options.updates + 1):
            key = SegmentKey(f"pubmed25n{number + 1:04d}.xml.gz", f"{number:032x}")
            given = update(connection, number, options.citations, options.baseline)
            begun = time.process_time()
            with store.writer() as writer:
                writer.commit(key, given)
                writer.compact()
            writing += time.process_time() - begun
            if number not in looked_at:
                continue
            with in_one_go(store, folder / "once") as once:
                paths = [store.path, once.path]
                point = {
                    "updates": number,
                    "segments": len(store.segments()),
                    "committing": writing / (number + 1),
                    "queries": {name: compared(paths, ask, options.repeat) for name, ask in QUERIES.items()},
                }
            shutil.rmtree(folder / "once")
            points.append(point)
            print(f"{number} updates: {json.dumps(point)}", file=sys.stderr, flush=True)
    return points


def _segments(files: int) -> int:
    """How many segments so many files have once they are merged."""
    from mgmine.store._manifest import File
    from mgmine.store._writer import blocks_of

    made = [File(SegmentKey(f"pubmed25n{number + 1:04d}.xml.gz", ""), "") for number in range(files)]
    blocks = blocks_of(made)
    return files - sum(map(len, blocks)) + len(blocks)


def report(points: list[dict[str, Any]], options: argparse.Namespace, machine: dict[str, Any]) -> str:
    """The figures as Markdown."""
    names = list(QUERIES)
    command = f"python benchmarks/store.py --updates {options.updates} --citations {options.citations} --baseline {options.baseline}"
    lines = [
        "# The store over daily updates", "",
        f"`{command}` at mgmine `{tools.revision()}`. CPU ms of opening the store and asking, the least of {options.repeat}; in brackets the",
        "ratio to a store of the same rows that was built in one go, as one segment.", "",
        "| updates | segments | " + " | ".join(names) + " | a commit |", "|---:|---:|" + "---:|" * (len(names) + 1),
    ]  # fmt: skip
    for point in points:
        cells = [f"{1000 * merged:,.0f} ({merged / once:.2f})" for merged, once in point["queries"].values()]
        lines.append(
            f"| {point['updates']} | {point['segments']} | {' | '.join(cells)} | {1000 * point['committing']:,.0f} |"
        )
    first, middle, last = points[0], min(points, key=lambda p: abs(2 * p["updates"] - options.updates)), points[-1]
    lines += ["", "| ratio of times | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for earlier in (first, middle):
        cells = [f"{last['queries'][name][0] / earlier['queries'][name][0]:.2f}" for name in names]
        lines.append(f"| after {last['updates']} to after {earlier['updates']} | {' | '.join(cells)} |")
    lines += ["", "![ratios](ratios.svg)", "", "| machine |  |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in machine.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run it, print Markdown tables, and write them with `--out`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("updates", 400), ("citations", 20), ("baseline", 40_000), ("every", 100), ("repeat", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path, help="where the dated folder is made")
    options = parser.parse_args()
    machine = {**tools.machine(), "duckdb": duckdb.__version__}
    with tempfile.TemporaryDirectory() as folder:
        points = measure(options, Path(folder))
    text = report(points, options, machine)
    print(text)
    if options.out:
        folder = options.out / f"{datetime.date.today()}-store"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "README.md").write_text(text, encoding="utf-8")
        result = {"machine": machine, "mgmine": tools.revision(), "points": points}
        (folder / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        lines = [
            Line(name, [(p["updates"], p["queries"][name][0] / p["queries"][name][1]) for p in points])
            for name in QUERIES
        ]
        chart(folder / "ratios.svg", "Merged store against one built in one go", "daily updates", "CPU, ratio", lines)


if __name__ == "__main__":
    main()
