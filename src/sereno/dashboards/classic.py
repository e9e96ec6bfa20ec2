"""Grafana's Foundation SDK, as far as the classic model needs it.

It warns at import that the second model is preferred; the classic one is chosen on purpose, since Grafana before 12.4
reads no other and later ones migrate it on load.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
    from grafana_foundation_sdk.builders import (
        annotationslist,
        barchart,
        bargauge,
        gauge,
        heatmap,
        piechart,
        prometheus,
        stat,
        statetimeline,
        table,
        text,
        timeseries,
    )
    from grafana_foundation_sdk.builders import (
        common as build_common,
    )
    from grafana_foundation_sdk.builders import (
        dashboard as build,
    )
    from grafana_foundation_sdk.cog.builder import Builder
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.variants import Dataquery
    from grafana_foundation_sdk.models import (
        common,
    )
    from grafana_foundation_sdk.models import (
        dashboard as model,
    )
    from grafana_foundation_sdk.models import (
        heatmap as heatmap_model,
    )
    from grafana_foundation_sdk.models import (
        piechart as piechart_model,
    )
    from grafana_foundation_sdk.models import (
        prometheus as prometheus_model,
    )

__all__ = [
    "Builder",
    "Dataquery",
    "JSONEncoder",
    "annotationslist",
    "barchart",
    "bargauge",
    "build",
    "build_common",
    "common",
    "gauge",
    "heatmap",
    "heatmap_model",
    "model",
    "piechart",
    "piechart_model",
    "prometheus",
    "prometheus_model",
    "stat",
    "statetimeline",
    "table",
    "text",
    "timeseries",
]
