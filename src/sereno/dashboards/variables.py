"""The choices at the head of dashboards."""

from __future__ import annotations

from sereno.dashboards.board import Variable

DATASOURCE = "datasource"
DATABASE = "database"
INTERVAL = "interval"
INTERVALS = ("15s", "30s", "1m", "5m", "15m", "1h", "6h", "1d")
"""Steps that `$interval` offers: the shortest distance of two points, from which Grafana makes `$__rate_interval`."""

JOB = Variable("job", "Job", "label_values(sereno_build_info, job)", "Scrape job of Sereno's gateway or exporter.")
INSTANCE = Variable(
    "instance", "Instance", 'label_values(sereno_build_info{job=~"$job"}, instance)', "One of several Serenos."
)
MODEL = Variable(
    "model",
    "Model",
    'label_values(llm_requests_total{job=~"$job",instance=~"$instance"}, model)',
    "Model that answered.",
)
UPSTREAM = Variable(
    "upstream", "Upstream", 'label_values(ollama_up{job=~"$job",instance=~"$instance"}, upstream)', "Model server."
)
HOST = Variable("host", "Host", "label_values(node_uname_info, instance)", "Host, as its node-exporter is scraped.")
SERVICE = Variable(
    "service", "Service", "label_values(sloth_slo_info, sloth_service)", "Service that objectives are set for."
)
SLO = Variable("slo", "Objective", 'label_values(sloth_slo_info{sloth_service=~"$service"}, sloth_slo)', "Objective.")

CALLS = (JOB, INSTANCE, MODEL)
"""For figures that are counted from calls."""
