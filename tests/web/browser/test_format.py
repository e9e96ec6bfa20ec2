"""Numbers and moments of figures, run by Node.js: CLDR's forms, and zoneinfo as the judge of wall clocks."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).parents[3]
BROWSER = ROOT / "src" / "sereno" / "web" / "browser"
CALL = """
import { Format } from "%s/format.ts";
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([lang, zone, method, ...rest]) => new Format(lang, zone)[method](...rest))));
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("format")
    (folder / "ask.ts").write_text(CALL % BROWSER.as_posix())
    made = folder / "ask.mjs"
    esbuild = BROWSER / "node_modules" / ".bin" / "esbuild"
    command: list[str | Path] = [
        ROOT / "tools" / "node.sh",
        esbuild,
        folder / "ask.ts",
        "--bundle",
        "--format=esm",
        "--platform=node",
    ]
    subprocess.run([*command, f"--outfile={made}", "--log-level=error"], check=True)
    return made


def answers(program: Path, asked: list[list[Any]]) -> list[Any]:
    done = subprocess.run(
        [ROOT / "tools" / "node.sh", "node", program],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


VALUES = [
    ("en", "seconds", 0.0, "0 s"),
    ("en", "seconds", 0.00042, "0.42 ms"),
    ("en", "seconds", 0.0421, "42.1 ms"),
    ("es", "seconds", 1.5, "1,5 s"),
    ("en", "seconds", 75.2, "1 min 15 s"),
    ("en", "seconds", 7200.0, "2 h"),
    ("en", "seconds", 90_000.0, "1 d 1 h"),
    ("en", "count", 9999.0, "9,999"),
    ("es", "count", 9999.0, "9999"),  # CLDR: Spanish groups from five digits on
    ("en", "count", 12_345.0, "12.3 k"),
    ("es", "count", 12_345.0, "12,3 mil"),
    ("en", "count", 999_950.0, "1 M"),
    ("en", "count", 0.5, "0.5"),
    ("en", "dollars", 0.0, "$0"),
    ("en", "dollars", 0.00001234, "$0.0000123"),
    ("en", "dollars", 1234.5, "$1,234.50"),
    ("es", "dollars", 0.5, "0,5 US$"),
    ("en", "ratio", 0.0123, "1.23%"),
    ("es", "ratio", 0.999, "99,9 %"),
    ("en", "bytes", 1536.0, "1.5 KiB"),
    ("en", "per_second", 2.25, "2.25/s"),
    ("en", "tokens", 512.0, "512 tok"),
    ("es", "tokens_per_second", 33.333, "33,3 tok/s"),
    ("en", "seconds", None, "–"),
]


def test_values_have_three_digits_and_their_unit(program: Path) -> None:
    found = answers(program, [[lang, "UTC", "value", value, unit] for lang, unit, value, _ in VALUES])
    assert [text.replace("\u00a0", " ") for text in found] == [text for *_, text in VALUES]


def test_axis_labels_are_hours_and_at_midnight_days(program: Path) -> None:
    noon, midnight = 1_763_726_400_000, 1_763_683_200_000  # 2025-11-21
    asked = [[lang, "UTC", "tick", at] for lang in ("en", "es") for at in (noon, midnight, noon + 15_000)]
    assert answers(program, asked) == ["12:00", "Nov 21", "12:00:15", "12:00", "21 nov", "12:00:15"]


def test_wall_clocks_agree_with_the_zone_database(program: Path) -> None:
    zones = ("UTC", "Europe/Madrid", "America/Bogota", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")
    # every 5 hours and 50 minutes through 2025, changes of summer time among them, and their edges in Madrid
    moments = [1_735_689_600 + 21_000 * i for i in range(1500)] + [
        1_761_440_399,
        1_761_440_400,
        1_743_296_399,
        1_743_296_400,
    ]
    found = answers(program, [["en", zone, "wall", at] for zone in zones for at in moments])
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001  # a wall clock has no zone
    expected = [
        (datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None) - epoch).total_seconds() * 1000
        for zone in zones
        for at in moments
    ]
    assert found == expected
