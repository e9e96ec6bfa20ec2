"""Panels as Grafana's classic model has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from string import ascii_uppercase
from typing import Any, cast

from sereno.dashboards.classic import (
    Builder,
    annotationslist,
    barchart,
    bargauge,
    build,
    build_common,
    common,
    gauge,
    heatmap,
    heatmap_model,
    model,
    piechart,
    piechart_model,
    prometheus,
    prometheus_model,
    stat,
    statetimeline,
    table,
    text,
    timeseries,
)
from sereno.dashboards.layout import Place, panel_id
from sereno.dashboards.meaning import PLAIN, Steps, Word
from sereno.dashboards.panel import (
    Alerts,
    BarChart,
    Bars,
    Column,
    Gauge,
    Heat,
    History,
    Kind,
    Note,
    Panel,
    Pie,
    Query,
    Series,
    Table,
    Tile,
    Timeline,
)
from sereno.dashboards.sql_target import ROWS, sql_targets
from sereno.dashboards.variables import DATASOURCE, INTERVAL

SOURCE = common.DataSourceRef(type_val="prometheus", uid=f"${{{DATASOURCE}}}")
ALERT_LIST = "alertlist"
"""The SDK has no builder for it."""
BY_STATUS = "{{status}}"
STATUS_COLOURS = {"success": "green", "error": "red", "aborted": "orange"}
"""The same on every panel."""
_LATEST = "lastNotNull"


def rendered(place: Place) -> model.Panel:
    """A panel where it stands."""
    panel = place.panel
    out = _KINDS[type(panel)](panel)
    out.id_val = panel_id(panel.key or panel.title)
    out.title = panel.title
    out.description = panel.text
    out.grid_pos = model.GridPos(h=panel.height, w=panel.width, x=place.x, y=place.y)
    if panel.queries or panel.sql:
        out.datasource = SOURCE if panel.queries else ROWS
    return out


def _common(builder: Any, panel: Panel, targets: Iterable[Builder[Any]]) -> Any:
    """What every kind with figures has: unit, colours, words, axis."""
    builder = builder.unit(panel.unit).thresholds(_thresholds(panel.steps)).no_value(panel.empty)
    builder = builder.mappings(_mappings(panel.words))
    if panel.steps == PLAIN and not isinstance(panel, Tile | Gauge):
        builder = builder.color_scheme(build.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    else:
        builder = builder.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    if panel.decimals is not None:
        builder = builder.decimals(panel.decimals)
    if panel.low is not None:
        builder = builder.min(panel.low)
    if panel.high is not None:
        builder = builder.max(panel.high)
    for target in targets:
        builder = builder.with_target(target)
    for query in panel.sql:
        for column, name in query.names:
            builder = builder.override_by_name(column, [model.DynamicConfigValue(id_val="displayName", value=name)])
    return builder


def _over_time(panel: Panel) -> Sequence[Builder[Any]]:
    """What a panel asks for its whole range."""
    return _ranges(panel.queries) if panel.queries else sql_targets(panel.sql, "time_series")


def _at_the_end(panel: Panel) -> Sequence[Builder[Any]]:
    """What a panel asks for the end of its range alone."""
    return _instants(panel.queries) if panel.queries else sql_targets(panel.sql, "table")


def _ranges(queries: Sequence[Query]) -> list[prometheus.Dataquery]:
    """Queries over time; their points are at least `$interval` apart."""
    return [
        _target(letter, query).range().interval(f"${INTERVAL}").exemplar(query.exemplars)
        for letter, query in zip(ascii_uppercase, queries, strict=False)
    ]


def _instants(queries: Sequence[Query]) -> list[Builder[Any]]:
    """Queries for the end of the range alone."""
    return [_target(letter, query).instant() for letter, query in zip(ascii_uppercase, queries, strict=False)]


def _tables(queries: Sequence[Query]) -> list[Builder[Any]]:
    return [
        _target(letter, query).instant().format(prometheus_model.PromQueryFormat.TABLE)
        for letter, query in zip(ascii_uppercase, queries, strict=False)
    ]


def _target(letter: str, query: Query) -> prometheus.Dataquery:
    target = prometheus.Dataquery().ref_id(letter).expr(query.expr).datasource(SOURCE)
    return target.legend_format(query.legend) if query.legend else target.legend_format("__auto")


def _thresholds(steps: Steps) -> build.ThresholdsConfig:
    found = [model.Threshold(value=step.at, color=step.colour) for step in steps]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def _mappings(words: Sequence[Word]) -> list[Any]:
    if not words:
        return []
    options = {
        word.value if isinstance(word.value, str) else f"{word.value:g}": model.ValueMappingResult(
            text=word.text, color=word.colour, index=index
        )
        for index, word in enumerate(words)
    }
    return [model.ValueMap(options)]


def _reduce(panel: Panel) -> build_common.ReduceDataOptions:
    """The last value of each series; of SQL each row, or a column of texts."""
    rows = bool(panel.sql) and not isinstance(panel, Tile | Gauge)
    field = f"/^{panel.field}$/" if isinstance(panel, Tile) and panel.field else ""
    return build_common.ReduceDataOptions().calcs([_LATEST]).fields(field).values(rows)


def _tile(panel: Tile) -> model.Panel:
    builder = stat.Panel().reduce_options(_reduce(panel)).wide_layout(False)
    builder = builder.graph_mode(common.BigValueGraphMode.AREA if panel.spark else common.BigValueGraphMode.NONE)
    several = len(panel.queries) > 1 or any("{{" in query.legend for query in panel.queries)
    builder = builder.text_mode(common.BigValueTextMode.VALUE_AND_NAME if several else common.BigValueTextMode.VALUE)
    plain = panel.steps == PLAIN and not panel.words
    builder = builder.color_mode(common.BigValueColorMode.NONE if plain else common.BigValueColorMode.VALUE)
    targets = _over_time(panel) if panel.spark else _at_the_end(panel)
    return cast("model.Panel", _common(builder, panel, targets).build())


def _gauge(panel: Gauge) -> model.Panel:
    builder = gauge.Panel().reduce_options(_reduce(panel)).show_threshold_markers(True)
    return cast("model.Panel", _common(builder, panel, _at_the_end(panel)).build())


def _series(panel: Series) -> model.Panel:
    legend = build_common.VizLegendOptions().display_mode(common.LegendDisplayMode.TABLE).show_legend(True)
    legend = legend.placement(common.LegendPlacement.BOTTOM).calcs(["mean", "max", _LATEST])
    tooltip = build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
    builder = timeseries.Panel().legend(legend).tooltip(tooltip.sort(common.SortOrder.DESCENDING))
    builder = builder.line_width(1).fill_opacity(30 if panel.stacked else 8).span_nulls(False)
    builder = builder.show_points(common.VisibilityMode.AUTO).axis_soft_min(0)
    if panel.stacked:
        builder = builder.stacking(build_common.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if panel.lines:
        style = build_common.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        builder = builder.thresholds_style(style)
    builder = _common(builder, panel, _over_time(panel))
    builder = builder.color_scheme(build.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    if panel.right is not None:
        pattern, unit = panel.right
        properties = [
            model.DynamicConfigValue(id_val="unit", value=unit),
            model.DynamicConfigValue(id_val="custom.axisPlacement", value="right"),
        ]
        builder = builder.override_by_regexp(pattern, properties)
    if any(query.legend == BY_STATUS for query in panel.queries):
        for status, colour in STATUS_COLOURS.items():
            fixed = {"mode": "fixed", "fixedColor": colour}
            builder = builder.override_by_name(status, [model.DynamicConfigValue(id_val="color", value=fixed)])
    return cast("model.Panel", builder.build())


def _bars(panel: Bars) -> model.Panel:
    builder = bargauge.Panel().reduce_options(_reduce(panel)).orientation(common.VizOrientation.HORIZONTAL)
    builder = builder.display_mode(common.BarGaugeDisplayMode.BASIC).show_unfilled(True)
    return cast("model.Panel", _common(builder, panel, _at_the_end(panel)).build())


def _bar_chart(panel: BarChart) -> model.Panel:
    legend = build_common.VizLegendOptions().show_legend(False).display_mode(common.LegendDisplayMode.LIST)
    legend = legend.placement(common.LegendPlacement.BOTTOM)
    tooltip = build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.SINGLE)
    builder = barchart.Panel().orientation(common.VizOrientation.VERTICAL).legend(legend).tooltip(tooltip)
    builder = builder.show_value(common.VisibilityMode.AUTO).bar_width(0.8).fill_opacity(80).x_tick_label_spacing(100)
    return cast("model.Panel", _common(builder, panel, sql_targets(panel.sql, "table")).build())


def _pie(panel: Pie) -> model.Panel:
    legend = piechart.PieChartLegendOptions().display_mode(common.LegendDisplayMode.TABLE).show_legend(True)
    legend = legend.placement(common.LegendPlacement.RIGHT)
    legend = legend.values([piechart_model.PieChartLegendValues.VALUE, piechart_model.PieChartLegendValues.PERCENT])
    builder = piechart.Panel().reduce_options(_reduce(panel)).pie_type(piechart_model.PieChartType.DONUT).legend(legend)
    builder = builder.display_labels([piechart_model.PieChartLabels.NAME, piechart_model.PieChartLabels.PERCENT])
    return cast("model.Panel", _common(builder, panel, _at_the_end(panel)).build())


def _heat(panel: Heat) -> model.Panel:
    colours = heatmap.HeatmapColorOptions().mode(heatmap_model.HeatmapColorMode.SCHEME).scheme("Blues").steps(64)
    axis = heatmap.YAxisConfig().unit(panel.unit)
    builder = heatmap.Panel().calculate(False).color(colours).y_axis(axis).no_value(panel.empty).unit(panel.unit)
    for target in _ranges(panel.queries):
        builder = builder.with_target(target.format(prometheus_model.PromQueryFormat.HEATMAP).legend_format("{{le}}"))
    return builder.build()


def _timeline(panel: Timeline) -> model.Panel:
    builder = statetimeline.Panel().show_value(common.VisibilityMode.AUTO).row_height(0.8).merge_values(True)
    return cast("model.Panel", _common(builder, panel, _over_time(panel)).build())


def _table(panel: Table) -> model.Panel:
    if panel.sql:
        return _rows(panel)
    builder: Any = table.Panel().show_header(True)
    builder = _common(builder, panel, _tables(panel.queries))
    values = [f"Value #{letter}" if len(panel.columns) > 1 else "Value" for letter in ascii_uppercase]
    names = {value: column.name for value, column in zip(values, panel.columns, strict=False)}
    if len(panel.queries) > 1:
        builder = builder.with_transformation(model.DataTransformerConfig("merge", options={}))
    order = [column.name for column in (*panel.keys, *panel.columns)]
    fields = [key.name for key in panel.keys] + list(names)
    keep = model.DataTransformerConfig("filterFieldsByName", options={"include": {"names": fields}})
    organised = model.DataTransformerConfig(
        "organize",
        options={
            "excludeByName": {},
            "indexByName": {field: index for index, field in enumerate(fields)},
            "renameByName": names,
        },
    )
    builder = builder.with_transformation(keep).with_transformation(organised)
    for column in (*panel.keys, *panel.columns):
        builder = builder.override_by_name(column.name, _cell(column))
    if panel.sort:
        assert panel.sort in order
        builder = builder.sort_by([build_common.TableSortByFieldState().display_name(panel.sort).desc(True)])
    return cast("model.Panel", builder.build())


def _rows(panel: Table) -> model.Panel:
    """A table of one SQL query: its columns in their order, under headings that people read."""
    builder = _common(table.Panel().show_header(True), panel, sql_targets(panel.sql, "table"))
    for column in panel.columns:
        heading = model.DynamicConfigValue(id_val="displayName", value=column.name)
        builder = builder.override_by_name(column.field, [heading, *_cell(column)])
    return cast("model.Panel", builder.build())


def _cell(column: Column) -> list[model.DynamicConfigValue]:
    """How a column of a table looks."""
    out = [model.DynamicConfigValue(id_val="unit", value=column.unit)]
    if column.decimals is not None:
        out.append(model.DynamicConfigValue(id_val="decimals", value=column.decimals))
    if column.steps != PLAIN or column.words:
        out.append(model.DynamicConfigValue(id_val="thresholds", value=_thresholds(column.steps).build()))
        out.append(model.DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"}))
    if column.words:
        out.append(model.DynamicConfigValue(id_val="mappings", value=_mappings(column.words)))
    if column.link:
        link = {"title": "Look closer", "url": column.link}
        out.append(model.DynamicConfigValue(id_val="links", value=[link]))
    return out


def _alerts(panel: Alerts) -> model.Panel:
    del panel
    states = {"firing": True, "pending": True, "noData": True, "normal": False, "error": True}
    return model.Panel(
        type_val=ALERT_LIST,
        options={
            "viewMode": "list", "groupMode": "default", "groupBy": [], "maxItems": 50, "sortOrder": 3,
            "dashboardAlerts": False, "alertName": "", "alertInstanceLabelFilter": "", "stateFilter": states,
        },
    )  # fmt: skip


def _history(panel: History) -> model.Panel:
    builder = annotationslist.Panel().tags(list(panel.tags)).limit(50).only_in_time_range(True)
    return builder.only_from_this_dashboard(False).show_tags(True).show_time(True).show_user(True).build()


def _note(panel: Note) -> model.Panel:
    return text.Panel().content(panel.text).transparent(True).build()


_KINDS: dict[type[Kind], Callable[[Any], model.Panel]] = {
    Tile: _tile,
    Gauge: _gauge,
    Series: _series,
    Bars: _bars,
    BarChart: _bar_chart,
    Pie: _pie,
    Heat: _heat,
    Timeline: _timeline,
    Table: _table,
    Alerts: _alerts,
    History: _history,
    Note: _note,
}
