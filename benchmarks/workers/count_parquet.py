"""Count the rows of the Parquet tables in a folder, wherever they lie in it, and print them as JSON by table name."""

import json
import sys
from pathlib import Path

import duckdb

counts: dict[str, int] = {}
for path in sorted(Path(sys.argv[1]).rglob("*.parquet")):
    rows = duckdb.connect().execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
    counts[path.stem] = counts.get(path.stem, 0) + rows[0][0]
print(json.dumps(counts))
