"""Query times of an evidence store over a year of daily updates, with and without merging of segments.

    python benchmarks/store.py                                    # 400 updates of 200 citations on a baseline of 20,000
    python benchmarks/store.py --updates 40 --citations 20 --every 10

Made-up citations: half of each update revises earlier ones, one in fifty is deleted. Needs mgmine alone. Counts are checked before
anything is timed: both stores must give the same answers. Times are CPU seconds of opening the store and asking, the least of
``--repeat`` times, so that other work on the machine matters little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from mgmine._native import Table
from mgmine.store import SegmentKey, Store, _schema

QUERIES = {
    "one citation": "SELECT count(*) FROM mentions WHERE doc_id = 'pubmed:77'",
    "live citations": "SELECT count(*), sum(year) FROM documents",
    "mentions by concept": "SELECT concept, count(*) FROM mentions GROUP BY ALL ORDER BY ALL",
    "claims by predicate": "SELECT predicate, sign, count(*) FROM claims GROUP BY ALL ORDER BY ALL",
}


def tables(connection: Any, ids: str, deleted: str) -> dict[str, Any]:
    """Tables of a file with the citations that the query ``ids`` gives, and the deletions that ``deleted`` gives."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE ids AS SELECT n::BIGINT AS n, row_number() OVER () - 1 AS record FROM ({ids})"
    )
    document = "'pubmed:' || n AS doc_id, 1::INTEGER AS doc_version, record"
    filled = {
        "documents": f"SELECT {document}, 'article' AS kind, 'Title of ' || n AS title, true AS has_abstract, "
        "(1990 + n % 30)::SMALLINT AS year, 'Mg2+ binds LFA-1.' AS text FROM ids",
        "mentions": f"SELECT {document}, 'abstract' AS passage, 0 AS sentence, 0 AS start, 4 AS \"end\", 'Mg2+' AS text, "
        "'magnesium' AS family, 'concept ' || n % 50 AS concept, ['X:' || n % 50] AS ids, true AS counted "
        "FROM ids, range(3)",
        "claims": f"SELECT md5(n || '/' || record) AS id, {document}, 'Mg2+ binds LFA-1.' AS sentence_text, "
        "'binds' AS predicate, ['+', '-'][1 + n % 2] AS sign, 0.5::DOUBLE AS score FROM ids WHERE n % 4 = 0",
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


def asked(path: Path, query: str, repeat: int) -> tuple[float, list[Any]]:
    """(CPU seconds, answer)."""
    best, answer = float("inf"), []
    for _ in range(repeat):
        begun = time.process_time()
        with Store(path) as store:
            answer = store.sql(query).rows
        best = min(best, time.process_time() - begun)
    return best, answer


def main() -> None:
    """Run it and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("updates", 400), ("citations", 200), ("baseline", 20_000), ("every", 100), ("repeat", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    connection = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        stores = {kind: Store(Path(folder) / kind, create=True) for kind in ("merged", "as committed")}
        writing = dict.fromkeys(stores, 0.0)
        print(
            "| updates | segments | "
            + " | ".join(f"{query}, CPU ms" for query in QUERIES)
            + " | committing, CPU ms each |"
        )
        print("|---:|---:|" + "---:|" * (len(QUERIES) + 1))
        for number in range(options.updates + 1):
            ids, deleted = f"SELECT range AS n FROM range({options.baseline})", "SELECT 0 AS n WHERE false"
            if number:
                half = options.citations // 2
                first = options.baseline + (number - 1) * half
                ids = (
                    f"SELECT range AS n FROM range({first}, {first + half}) UNION ALL "
                    f"SELECT DISTINCT hash(range, {number}) % {first} AS n FROM range({half})"
                )
                deleted = f"SELECT DISTINCT hash(range, {number}, 7) % {first} AS n FROM range({max(1, options.citations // 50)})"
            for kind, store in stores.items():
                key = SegmentKey(f"pubmed25n{number + 1:04d}.xml.gz", f"{number:032x}")
                given = tables(connection, ids, deleted)
                begun = time.process_time()
                with store.writer() as writer:
                    writer.commit(key, given)
                    if kind == "merged":
                        writer.compact()
                writing[kind] += time.process_time() - begun
            if number % options.every and number != options.updates:
                continue
            answers: dict[str, list[Any]] = {}
            for kind, store in stores.items():
                cells = []
                for query in QUERIES.values():
                    seconds, answer = asked(store.path, query, options.repeat)
                    assert answers.setdefault(query, answer) == answer, query
                    cells.append(f"{1000 * seconds:,.0f}")
                each = 1000 * writing[kind] / (number + 1)
                print(f"| {number} | {len(store.segments())}, {kind} | {' | '.join(cells)} | {each:,.0f} |", flush=True)
        for store in stores.values():
            store.close()


if __name__ == "__main__":
    main()
