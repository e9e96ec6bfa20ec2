"""What the shared expressions say about series whose answer is known, by promtool."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from dashboards.reading import BOARDS, filled
from parts.built import built
from sereno.dashboards import host
from sereno.dashboards.boards.sli_slo import STATE
from sereno.dashboards.expressions import mean, outcome_share, quantile, rate, tile
from sereno.dashboards.meaning import UNKNOWN, UNREACHABLE

T = '{job="sereno",instance="a",model="m"'
OK, WRONG, LEFT = (f'llm_requests_total{T},operation="chat",status="{s}"}}' for s in ("success", "error", "aborted"))
BUILD = 'sereno_build_info{job="sereno",instance="a",version="1"}'
UP = 'up{job="sereno",instance="a"}'
SECONDS = "llm_request_duration_seconds"
SLO = '{sloth_service="llm",sloth_slo="x"}'
DISK = 'node_filesystem_avail_bytes{instance="h",mountpoint="/",fstype="ext4"}'
SMI = {
    'nvidia_smi_utilization_gpu_ratio{uuid="a"}': "0.8x20",
    'nvidia_smi_memory_used_bytes{uuid="a"}': "9e9x20",
    'nvidia_smi_memory_total_bytes{uuid="a"}': "16e9x20",
}
DCGM = {'DCGM_FI_DEV_GPU_UTIL{gpu="0",Hostname="h"}': "50x20"}
AMD = {'gpu_gfx_activity{gpu_id="7"}': "30x20"}


class Case(NamedTuple):
    """Series, a query, and what it must answer ten minutes on."""

    series: dict[str, str]
    expr: str
    answer: dict[str, float]


def until_full() -> str:
    board = next(board for board in BOARDS if board.uid == "capacity-planning")
    return next(panel.queries[0].expr for panel in board.panels if panel.title == "Until a disk is full")


def objective(left: str, error: str = "", budget: str = "0.005x20") -> dict[str, str]:
    out = {
        f"slo:period_error_budget_remaining:ratio{SLO}": left,
        f"slo:error_budget:ratio{SLO}": budget,
    }
    return out | ({f"slo:sli_error:ratio_rate1h{SLO}": error} if error else {})


ALIVE = {UP: "1x20", BUILD: "1x20"}
BUCKETS = {
    f'{SECONDS}_bucket{T},operation="chat",le="1.0"}}': "0+5x20",
    f'{SECONDS}_bucket{T},operation="chat",le="2.0"}}': "0+10x20",
    f'{SECONDS}_bucket{T},operation="chat",le="+Inf"}}': "0+10x20",
    f'{SECONDS}_count{T},operation="chat"}}': "0+10x20",
    f'{SECONDS}_sum{T},operation="chat"}}': "0+12x20",
}
STILL = dict.fromkeys(BUCKETS, "7x20")
CASES = {
    "errors of answered and failed alone": Case(
        {OK: "0+9x20", WRONG: "0+1x20", LEFT: "0+5x20"}, outcome_share("error"), {"{}": 10}
    ),
    "success makes the rest": Case(
        {OK: "0+9x20", WRONG: "0+1x20", LEFT: "0+5x20"}, outcome_share("success"), {"{}": 90}
    ),
    "no error yet is 0 %": Case({OK: "0+9x20"}, outcome_share("error"), {"{}": 0}),
    "only aborted is no traffic": Case({LEFT: "0+5x20"}, outcome_share("error"), {}),
    "standing still is no traffic": Case({OK: "9x20", WRONG: "1x20"}, outcome_share("success"), {}),
    "median at the edge": Case(BUCKETS, quantile(0.5, SECONDS), {"{}": 1.0}),
    "95th percentile inside the bucket": Case(BUCKETS, quantile(0.95, SECONDS), {"{}": 1.9}),
    "mean": Case(BUCKETS, mean(SECONDS), {"{}": 1.2}),
    "no percentile without traffic": Case(STILL, quantile(0.95, SECONDS), {}),
    "tile: zero is zero": Case({**ALIVE, OK: "3x20"}, tile(rate("llm_requests_total")), {"{}": 0}),
    "tile: no traffic": Case({**ALIVE, **STILL}, tile(mean(SECONDS)), {}),
    "tile: traffic": Case({**ALIVE, **BUCKETS}, tile(mean(SECONDS)), {"{}": 1.2}),
    "tile: down, though rates linger": Case(
        {UP: "1x8 0x12", BUILD: "1x8 stale", **BUCKETS}, tile(mean(SECONDS)), {"{}": UNREACHABLE}
    ),
    "tile: another job's up is not ours": Case(
        {'up{job="node",instance="b"}': "1x20"}, tile(rate("llm_requests_total")), {"{}": UNKNOWN}
    ),
    "GPU by nvidia-smi": Case(SMI, host.GPU_BUSY, {'{gpu="a"}': 80}),
    "GPU memory by nvidia-smi": Case(SMI, host.GPU_MEMORY, {'{gpu="a"}': 56.25}),
    "DCGM goes first": Case({**SMI, **DCGM}, host.GPU_BUSY, {'{gpu="0"}': 50}),
    "AMD beside NVIDIA": Case({**DCGM, **AMD}, host.GPU_BUSY, {'{gpu="0"}': 50, '{gpu="7"}': 30}),
    "AMD alone": Case(AMD, host.GPU_BUSY, {'{gpu="7"}': 30}),
    "a disk that is full in ten days": Case({DISK: "14410e6-1e6x20"}, until_full(), {"{}": 10}),
    "a disk that empties": Case({DISK: "14410e6+1e6x20"}, until_full(), {}),
    "objective kept": Case(objective("0.5x20", "0.004x20"), STATE, {SLO: 0}),
    "objective burning": Case(objective("0.5x20", "0.01x20"), STATE, {SLO: 1}),
    "objective kept without traffic": Case(objective("0.5x20"), STATE, {SLO: 0}),
    "objective missed": Case(objective("-0.1x20", "0.01x20"), STATE, {SLO: 2}),
    "objective missed without traffic": Case(objective("-0.1x20"), STATE, {SLO: 2}),
}


def test_the_answers_are_the_known_ones(tmp_path: Path) -> None:
    tests = [_test(name, case) for name, case in CASES.items()]
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"fuzzy_compare": True, "tests": tests}))
    command = [str(built("promtool")), "test", "rules", "cases.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wrong", ["errors of answered and failed alone", "objective burning"])
def test_a_wrong_answer_would_be_found(tmp_path: Path, wrong: str) -> None:
    case = CASES[wrong]
    test = _test(wrong, case._replace(answer={labels: value + 1 for labels, value in case.answer.items()}))
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump({"tests": [test]}))
    command = [str(built("promtool")), "test", "rules", "cases.yaml"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=100, check=False).returncode == 1


def _test(name: str, case: Case) -> dict[str, Any]:
    expected = [{"labels": labels, "value": value} for labels, value in case.answer.items()]
    expr = filled(case.expr).replace("[1m]", "[5m]")
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": "10m", "exp_samples": expected}],
    }
