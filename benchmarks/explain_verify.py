"""How often the verifier is wrong: 1,000 explanations by a scripted liar, and by truthful narrators in two languages.

python benchmarks/explain_verify.py [explanations]
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from time import perf_counter

from explain_charts import chart
from explain_narrators import Narrator

from sereno.explain.facts import facts
from sereno.explain.narrate import ANALYSES, narrate
from sereno.explain.verify import verify


def main(explanations: int) -> dict[str, object]:
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {"lies believed": [], "truths doubted": [], "templates doubted": []}
    seconds = 0.0
    for seed in range(explanations // 2):
        sheet = facts(chart(seed))
        for language in ("en", "es"):
            narrator = Narrator(sheet, language, seed)
            for told in narrator.lies():
                spans = verify(told.text, sheet, language).counted
                counts["lies"] += 1
                for lie in told.lies:
                    # A lie in a direction word is caught if the word is not supported; one in a figure likewise.
                    if all(one.supported for one in spans if one.text in lie or lie in one.text):
                        counts["lies believed"] += 1
                        examples["lies believed"].append(f"{seed} {language} {lie!r}: {told.text}")
            truths = narrator.truths()
            began = perf_counter()
            verdicts = [verify(told.text, sheet, language) for told in truths]
            seconds += perf_counter() - began
            for told, verdict in zip(truths, verdicts, strict=True):
                counts["truths"] += len(verdict.counted)
                for one in verdict.counted:
                    if not one.supported:
                        counts["truths doubted"] += 1
                        examples["truths doubted"].append(f"{seed} {language} {one.text!r}: {told.text}")
            counts["sentences"] += len(truths)
            analysis = ANALYSES[seed % len(ANALYSES)]
            text = "".join(narrate(sheet, analysis, language=language, question="What is the mean?"))
            verdict = verify(text, sheet, language)
            counts["template claims"] += len(verdict.counted)
            counts["templates doubted"] += len(verdict.counted) - verdict.supported
    return {**counts, "ms a sentence": round(1000 * seconds / max(1, counts["sentences"]), 2), "examples": examples}


if __name__ == "__main__":
    found = main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    found["examples"] = {name: lines[:20] for name, lines in found["examples"].items()}  # type: ignore[attr-defined]
    print(json.dumps(found, indent=1, ensure_ascii=False))
