"""100 texts that the demo's small model writes about charts of many kinds, with facts and verdicts.

python benchmarks/explain_smollm.py FOLDER [texts]

The texts of `tests/explain/smollm` were made so; each claim shown as supported was then read against its facts, and
`labels.json` there says whether it is true. New texts want new labels: write them into another folder.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import xllamacpp
from explain_charts import chart
from msgspec.structs import replace

from sereno.demo.weights import model_file
from sereno.explain.facts import facts
from sereno.explain.narrate import ANALYSES
from sereno.explain.narrate.plain_text import PlainText
from sereno.explain.narrate.prompt import make_prompt
from sereno.explain.verify import verify
from sereno.models.chat import ChatClient, ChatOptions

FIRST = 9_000
"""Seed of the first chart; no narrator is tuned or measured on charts from here on."""
FACTS = 10
TOKENS = 140
QUESTIONS = {"en": "How high does it get, and when?", "es": "¿Hasta dónde llega, y cuándo?"}


async def main(folder: Path, texts: int) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.port = 0
    params.n_ctx = 8192
    params.n_parallel = 1
    params.verbosity = -1
    server = xllamacpp.Server(params)
    client = ChatClient(ChatOptions(url=server.listening_address, api="openai"))
    for number in range(texts):
        path = folder / f"{number:03}.json"
        if path.exists():
            continue
        language = "es" if number % 10 in {2, 5, 8} else "en"
        analysis = ANALYSES[number % len(ANALYSES)]
        sheet = facts(chart(FIRST + number))
        sheet = replace(sheet, facts=sheet.facts[:FACTS])
        prompt = make_prompt(sheet, analysis, language=language, question=QUESTIONS[language])
        clean = PlainText()
        pieces = [
            clean.feed(piece) async for piece in client.stream(prompt, "smollm2", TOKENS) if isinstance(piece, str)
        ]
        text = "".join(pieces) + clean.end()
        claims = [msgspec.to_builtins(one) for one in verify(text, sheet, language).spans if one.kind != "series"]
        found = {"language": language, "analysis": analysis, "text": text, "claims": claims, "sheet": sheet}
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
        print(number, language, analysis, len(text), sum(one["supported"] for one in claims), len(claims), flush=True)
    await client.close()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100))
