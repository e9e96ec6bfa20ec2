"""Dashboards as Grafana's classic JSON model, readable by Grafana 10.4 to 13."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sereno.dashboards.board import Board, Mark, Section, Variable
from sereno.dashboards.classic import JSONEncoder, build, common, model
from sereno.dashboards.language import Say, english, translated
from sereno.dashboards.layout import bottom, panel_id, placed
from sereno.dashboards.render_panel import SOURCE, rendered
from sereno.dashboards.sql_target import PLUGIN, ROWS, SqlTarget
from sereno.dashboards.variables import DATABASE, DATASOURCE, INTERVAL, INTERVALS

SCHEMA = 39
"""Grafana 10.4's; later ones migrate it on load."""
TAG = "sereno"
"""On every dashboard."""
GRAFANA = common.DataSourceRef(type_val="grafana", uid="-- Grafana --")
FIRING = 'ALERTS{alertstate="firing"}'
STARTED = (
    'sereno_build_info{job=~"$job",instance=~"$instance"}'
    ' unless on (job, instance, version) (sereno_build_info{job=~"$job",instance=~"$instance"} offset 2m)'
)
"""Where a version, or a target, was not there two minutes ago."""


def rendered_board(board: Board, say: Say = english) -> model.Dashboard:
    """A dashboard in Grafana's model.

    Args:
        board: the dashboard, in English.
        say: the language people read.
    """
    board = translated(board, say)
    builder = build.Dashboard(board.title).uid(board.uid).description(board.text).tags([TAG, *board.audiences])
    builder = builder.readonly().timezone("browser").time(board.since, "now").refresh(board.refresh)
    builder = builder.tooltip(model.DashboardCursorSync.CROSSHAIR).variables(list(_variables(board, say)))
    builder = builder.annotations(list(_annotations(board, say))).links(list(_links(say)))
    out = builder.build()
    out.schema_version = SCHEMA
    out.version = 1
    out.panels = list(_panels(board))
    for shown in (*(out.links or ()), *((out.annotations and out.annotations.list_val) or ())):
        shown.placement = None  # the SDK's only value hides it in a menu
    return out


def written(dashboard: model.Dashboard) -> str:
    """A dashboard as a JSON document."""
    return json.dumps(dashboard, cls=JSONEncoder, indent=1, ensure_ascii=False) + "\n"


def _panels(board: Board) -> Iterator[model.Panel | model.RowPanel]:
    y = 0
    for section in board.sections:
        if section.title:
            yield (row := _row(section, y))
            y += 1
        places = list(placed(section.panels, y))
        panels = [rendered(place) for place in places]
        if section.collapsed:
            row.panels = panels
        else:
            yield from panels
            y = bottom(places, y)


def _row(section: Section, y: int) -> model.RowPanel:
    row = build.Row(section.title).collapsed(section.collapsed).grid_pos(model.GridPos(h=1, w=24, x=0, y=y)).build()
    row.id_val = panel_id(f"section {section.key or section.title}")
    return row


def _variables(
    board: Board, say: Say
) -> Iterator[build.DatasourceVariable | build.QueryVariable | build.IntervalVariable]:
    source = build.DatasourceVariable(DATASOURCE).label(say("Data source")).type("prometheus")
    yield source.description(say("Prometheus that scrapes Sereno.")).current(
        model.VariableOption(selected=True, text="Prometheus", value="prometheus")
    )
    if board.asks_database:
        rows = build.DatasourceVariable(DATABASE).label(say("Database")).type(PLUGIN)
        yield rows.description(say("PostgreSQL that is Sereno's store.")).current(
            model.VariableOption(selected=True, text="PostgreSQL", value="postgres")
        )
    for variable in board.variables:
        yield _choice(variable)
    if not board.asks_prometheus:
        return
    steps = build.IntervalVariable(INTERVAL).label(say("Interval")).values(",".join(INTERVALS))
    steps = steps.description(say("Shortest distance of two points; rates are taken over at least four scrapes."))
    steps = steps.options([model.VariableOption(selected=step == "15s", text=step, value=step) for step in INTERVALS])
    yield steps.current(model.VariableOption(selected=True, text="15s", value="15s"))


def _choice(variable: Variable) -> build.QueryVariable:
    everything = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    builder = build.QueryVariable(variable.name).label(variable.label).description(variable.text)
    query: dict[str, object] = {"query": variable.query, "refId": f"variable-{variable.name}"}
    builder = builder.query(variable.query if variable.everything else query).definition(variable.query)
    builder = builder.datasource(ROWS if variable.everything else SOURCE)
    builder = builder.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
    builder = builder.multi(True).include_all(True).all_value(variable.everything or ".+")
    builder = builder.current(everything)
    return builder.hide(model.VariableHide.HIDE_VARIABLE) if variable.hidden else builder


def _annotations(board: Board, say: Say) -> Iterator[build.AnnotationQuery]:
    notes = model.AnnotationTarget(limit=100, match_any=False, tags=["deploy"], type_val="tags")
    deploys = build.AnnotationQuery().name(say("Deployments")).datasource(GRAFANA).enable(True).icon_color("blue")
    out = deploys.build()
    out.target = notes  # type: ignore[assignment]  # the SDK's type names queries alone
    yield _Built(out)
    firing = build.AnnotationQuery().name(say("Alerts")).datasource(SOURCE).enable(True).icon_color("red")
    yield (
        firing.expr(FIRING).title_format("{{alertname}}").text_format("{{severity}}").tag_keys("alertname").step("60s")
    )
    if {"job", "instance"} <= {variable.name for variable in board.variables}:
        started = (
            build.AnnotationQuery().name(say("Sereno started")).datasource(SOURCE).enable(True).icon_color("purple")
        )
        started = started.expr(STARTED).title_format("Sereno {{version}}").text_format("{{job}} {{instance}}")
        yield started.step("60s")
    for mark in board.marks:
        yield _marked(mark)


def _marked(mark: Mark) -> build.AnnotationQuery:
    out = build.AnnotationQuery().name(mark.name).datasource(ROWS).enable(True).icon_color(mark.colour).build()
    out.target = SqlTarget("Anno", mark.sql, "table")
    return _Built(out)


class _Built(build.AnnotationQuery):
    """One that is complete."""

    def __init__(self, annotation: model.AnnotationQuery) -> None:
        super().__init__()
        self._internal = annotation


def _links(say: Say) -> Iterator[build.DashboardLink]:
    for title, tag in (
        ("Sereno", TAG),
        ("Operators", "operator"),
        ("Developers", "developer"),
        ("Managers", "manager"),
    ):
        link = build.DashboardLink(say(title)).type(model.DashboardLinkType.DASHBOARDS).tags(sorted({TAG, tag}))
        yield link.as_dropdown(True).include_vars(True).keep_time(True).icon("external link").tooltip("").url("")
