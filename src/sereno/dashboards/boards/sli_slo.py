"""Service levels: what was promised, what is kept, how fast the rest goes."""

from __future__ import annotations

from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import increase, outcome_share, ratio, share, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, VERDICT, bad_above, bad_below, bad_from
from sereno.dashboards.panel import Column, Kind, Query, Series, Table, Tile, Timeline
from sereno.dashboards.variables import CALLS, SERVICE, SLO

DAY = "24h"
CHOSEN = 'sloth_service=~"$service",sloth_slo=~"$slo"'
KEYS = "sloth_service, sloth_slo"
NO_RULES = "No objectives recorded"


def _recorded(name: str) -> str:
    """A series that the compiled objectives record."""
    return f"max by ({KEYS}) ({name}{{{CHOSEN}}})"


LEFT = _recorded("slo:period_error_budget_remaining:ratio")
BUDGET = _recorded("slo:error_budget:ratio")


def _burn(window: str) -> str:
    """How often over the allowed pace the budget goes, in a window."""
    return f"{_recorded(f'slo:sli_error:ratio_rate{window}')} / {BUDGET}"


STATE = f"2 * ({LEFT} <= bool 0) + ({LEFT} > bool 0) * ((({_burn('1h')}) > bool 1) or 0 * {LEFT})"
"""0 kept, 1 burning, 2 missed (`meaning.VERDICT`); without traffic nothing burns."""


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="sli-slo",
        title="SLI/SLO",
        text="Service level indicators of the last 24 hours, and how the objectives stand: error, budget, burn rate.",
        folder="LLMOps",
        audiences=("operator", "manager"),
        variables=(SERVICE, SLO, *CALLS),
        since="now-24h",
        refresh="1m",
        sections=(
            Section("", _indicators(limits)),
            Section("Objectives", (_table(), _verdicts())),
            Section("Budgets", _budgets()),
        ),
    )


def _indicators(limits: Limits) -> tuple[Kind, ...]:
    duration = "llm_request_duration_seconds"
    within = share(increase(f"{duration}_bucket", 'le="3.0"', over=DAY), increase(f"{duration}_count", over=DAY))
    cost = ratio(increase("llm_cost_usd_total", over=DAY), increase("ollama_model_costs_count", over=DAY))
    tokens = ratio(increase("llm_tokens_used_total", over=DAY), increase("llm_requests_total", over=DAY))
    return (
        Tile(
            "Availability SLI",
            "Percent of the last 24 hours' requests that were answered, weighted by traffic (llm_requests_total). Red "
            "below the objective; those whose client left count on neither side.",
            (Query(tile(outcome_share("success", over=DAY)), "24h availability"),),
            "percent", bad_below(limits.availability_yellow, limits.availability_green), REACH,
            width=6, height=6, decimals=3, spark=False,
        ),
        Tile(
            "Latency SLI (within 3 s)",
            "Percent of the last 24 hours' requests that were done within 3 seconds; that bucket is counted exactly "
            "(llm_request_duration_seconds, le 3.0). With 95 the 95th percentile is below 3 s.",
            (Query(tile(within), "Within 3 s"),),
            "percent", bad_below(limits.within_yellow, limits.within_green), REACH,
            width=6, height=6, decimals=2, spark=False,
        ),
        Tile(
            "Cost efficiency SLI",
            "Mean cost of the last 24 hours' requests whose price is known (llm_cost_usd_total over "
            "ollama_model_costs_count). Yellow above the objective, red above its variance.",
            (Query(tile(cost), "Cost per request"),),
            "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red), REACH,
            width=6, height=6, decimals=5, spark=False,
        ),
        Tile(
            "Token efficiency SLI",
            "Mean tokens of the last 24 hours' requests (llm_tokens_used_total over llm_requests_total). Yellow above "
            "the objective, red above its variance.",
            (Query(tile(tokens), "Tokens per request"),),
            "none", bad_above(limits.tokens_request_yellow, limits.tokens_request_red), REACH,
            width=6, height=6, decimals=0, spark=False,
        ),
    )  # fmt: skip


def _table() -> Table:
    burn = bad_above(1, 6)
    return Table(
        "Objectives",
        "Every objective that `sereno slo compile` wrote rules for: how it stands, its budget, how much of that is "
        "left, and how fast it goes. At a burn rate of 1 it lasts exactly its period; a page comes from 14.4 over an "
        "hour, or 6 over six. Empty: no traffic.",
        (
            Query(STATE),
            Query(f"100 * {_recorded('slo:objective:ratio')}"),
            Query(f"100 * {BUDGET}"),
            Query(f"100 * {_recorded('slo:period_burn_rate:ratio')} * {BUDGET}"),
            Query(f"100 * {LEFT}"),
            Query(_recorded("slo:current_burn_rate:ratio")),
            Query(_burn("1h")),
            Query(_burn("6h")),
            Query(_burn("3d")),
        ),
        keys=(Column("sloth_service", "string"), Column("sloth_slo", "string")),
        columns=(
            Column("State", "none", words=VERDICT),
            Column("Objective", "percent", decimals=2),
            Column("Budget", "percent", decimals=2),
            Column("Error in period", "percent", decimals=3),
            Column("Budget left", "percent", bad_below(0, 25), decimals=1),
            Column("Burn 5m", "none", burn, decimals=2),
            Column("Burn 1h", "none", burn, decimals=2),
            Column("Burn 6h", "none", burn, decimals=2),
            Column("Burn 3d", "none", burn, decimals=2),
        ),
        width=24,
        sort="State",
        empty=NO_RULES,
    )


def _verdicts() -> Timeline:
    return Timeline(
        "State of objectives",
        "When each was kept, burning faster than its period allows, or missed.",
        (Query(STATE, "{{sloth_service}} {{sloth_slo}}"),),
        "none",
        words=VERDICT,
        width=24,
        height=6,
        empty=NO_RULES,
    )


def _budgets() -> tuple[Kind, ...]:
    name = "{{sloth_service}} {{sloth_slo}}"
    return (
        Series(
            "Error budget left",
            "Percent of the period's budget (slo:period_error_budget_remaining:ratio). Below 0 the objective is "
            "missed.",
            (Query(f"100 * {LEFT}", name),),
            "percent", bad_below(0, 25), lines=True, empty=NO_RULES,
        ),
        Series(
            "Burn rate over 1 hour",
            "How often over the allowed pace (slo:sli_error:ratio_rate1h over slo:error_budget:ratio); the dashed line "
            "is where a page comes.",
            (Query(_burn("1h"), name),),
            "none", bad_from(14.4), lines=True, empty=NO_RULES,
        ),
        Series(
            "Burn rate over 6 hours",
            "A slower fire: the dashed line is where a page comes (slo:sli_error:ratio_rate6h).",
            (Query(_burn("6h"), name),),
            "none", bad_from(6), lines=True, empty=NO_RULES,
        ),
        Series(
            "Burn rate over 1 and 3 days",
            "What tickets are made of: from 3 over a day, from 1 over three (slo:sli_error:ratio_rate1d, …3d).",
            (Query(_burn("1d"), f"{name} 1d"), Query(_burn("3d"), f"{name} 3d")),
            "none", bad_from(3), lines=True, empty=NO_RULES,
        ),
        Series(
            "Events",
            "Events a second that each objective counts, good and bad (slo:sli_events:rate5m).",
            (Query(_recorded("slo:sli_events:rate5m"), name),),
            "cps", width=24, height=6, empty=NO_RULES,
        ),
    )  # fmt: skip
