"""Count the records, abstracts and solid characters in what `xtract` prints: ':', id, title, sections, by tabs."""

import json
import sys

documents = abstracts = characters = 0
for line in sys.stdin.buffer:
    fields = line.decode(errors="replace").rstrip("\n").split("\t")
    if fields[0] == ":":
        documents += 1
        abstracts += len(fields) > 3 and bool("".join(fields[3:]).strip())
        fields = fields[2:]
    characters += sum(len(word) for field in fields for word in field.split())
print(json.dumps({"documents": documents, "abstracts": abstracts, "characters": characters}))
