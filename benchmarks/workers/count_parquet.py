"""Count the rows of the Parquet tables in a folder, wherever they lie in it, and print them as JSON by table name."""

import json
import sys
from pathlib import Path

import duckdb

counts: dict[str, int] = {}
for path in sorted(Path(sys.argv[1]).rglob("*.parquet")):
    row = duckdb.sql(f"SELECT count(*) FROM read_parquet('{path}')").fetchone()
    counts[path.stem] = counts.get(path.stem, 0) + (row[0] if row else 0)
print(json.dumps(counts))
