"""Grafana dashboards as data: what stands on them is a list, how Grafana wants it written is one module.

- `limits`: from where a figure turns yellow or red; every number is a setting of the generator.
- `expressions`: the PromQL that panels share: rates, ratios that are absent without traffic, percentiles, tiles.
- `meaning`: what a value says in words and colours: no traffic, unreachable, good, bad.
- `panel`: the kinds of panel.  `board`: a dashboard: its sections, variables, tags, folder.
- `layout`: where panels stand on the grid, and the ids that alerts refer to.
- `classic`, `render_panel`, `render`: to Grafana's classic model (10.4 to 13), by its Foundation SDK.
- `language`: the same in Spanish.
- `portable`: the same dashboard to import by hand, asking for its data source.
- `provisioning`: data sources, providers and folders.
- `boards`: one dashboard a file.  `build`: all of them as files.
"""
