"""`sereno doctor`: looks at everything that could go wrong and says what to do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sereno.assembly.checkup import Finding, checkup
from sereno.cli.options import settings
from sereno.cli.tables import clean
from sereno.cli.up import SETTINGS
from sereno.config import Loaded

app = typer.Typer(help="Look for what could go wrong, say what to do.", add_completion=False)
_STYLE = {"ok": ("✓", "\x1b[32m"), "warn": ("!", "\x1b[33m"), "fail": ("✗", "\x1b[31m")}


@app.command()
@settings(*SETTINGS)
def doctor(loaded: Loaded, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> int:
    """Check settings, folder, disk, ports, model servers, store and journal; exit code 1 when something fails."""
    findings = []
    for finding in checkup(loaded):
        findings.append(finding)
        if not as_json:
            print(line(finding, colour=sys.stdout.isatty()), flush=True)
    failed = sum(finding.verdict == "fail" for finding in findings)
    warned = sum(finding.verdict == "warn" for finding in findings)
    if as_json:
        import msgspec

        document = {"ok": not failed, "failed": failed, "warned": warned, "findings": findings}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    else:
        print()
        print("All is well." if not failed + warned else f"{failed} failed, {warned} to look at.")
    return 1 if failed else 0


def line(finding: Finding, *, colour: bool) -> str:
    """One finding, with its advice on a line of its own."""
    mark, start = _STYLE[finding.verdict]
    verdict = f"{start}{mark}\x1b[0m" if colour else f"{finding.verdict:<4}"
    text = f"{verdict} {finding.name:<14} {clean(finding.found)}"
    indent = " " * (17 if colour else 20)
    return f"{text}\n{indent}→ {clean(finding.advice)}" if finding.advice else text
