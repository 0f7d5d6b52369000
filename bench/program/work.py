# SPDX-License-Identifier: MIT
# What python.sh runs: objects of many sizes, made and dropped by the parser, the compiler, dicts, strings and json.
import ast
import json
import pathlib
import sys
import zlib

NAMES = ("argparse ast asyncio/base_events asyncio/events configparser datetime decimal difflib doctest email/message enum "
         "functools http/client http/server inspect json/decoder logging/config os pathlib "
         "pickle pickletools platform shutil smtplib ssl statistics subprocess tarfile tempfile threading tokenize traceback "
         "typing unittest/case urllib/request uuid xml/dom/minidom zipfile").split()
library = pathlib.Path(ast.__file__).parent
total, trees, words = 0, [], {}
for name in NAMES[:int(sys.argv[1])]:
    text = (library / (name + ".py")).read_text()
    tree = ast.parse(text)
    trees.append(tree if len(trees) % 3 == 0 else None)
    code = compile(tree, name, "exec")
    total += len(code.co_code) + sum(1 for _ in ast.walk(tree))
    for word in text.split():
        words.setdefault(word.strip("().,:'\""), []).append(len(name))
rows = [{"word": w, "count": len(v), "list": v[:50], "upper": w.upper(), "ratio": len(v) / (len(w) + 1)}
        for w, v in sorted(words.items())]
for turn in range(2):
    text = json.dumps(rows)
    rows = json.loads(text)
    total = zlib.crc32(text.encode(), total & 0xffffffff)
joined = " ".join(row["word"] for row in rows)
pieces = [joined[i:i + i % 97 + 3] for i in range(0, len(joined), 7)]
print(total, len(rows), len(set(pieces)), len(trees))
