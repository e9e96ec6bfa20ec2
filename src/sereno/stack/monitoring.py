"""The services that watch: Prometheus, Alertmanager, Grafana, traces, logs."""

from __future__ import annotations

from sereno.stack.images import IMAGES
from sereno.stack.plan import Plan
from sereno.stack.prometheus import RULES
from sereno.stack.service import Service, secret, wget
from sereno.stack.target import TARGETS


def monitoring(plan: Plan) -> tuple[Service, ...]:
    """Those services."""
    return (_prometheus(plan), _alertmanager(), _grafana(plan), *_traces(), *_logs())


def _prometheus(plan: Plan) -> Service:
    wanted = {target.secret for target in TARGETS if not target.extra or target.extra in plan.extras}
    alerts = () if plan.grafana_notifies else (f"./alerts/prometheus:{RULES}/alerts:ro",)
    return Service(
        name="prometheus",
        image=IMAGES["prometheus"],
        command=(
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            f"--storage.tsdb.retention.time={plan.retention}",
            "--enable-feature=exemplar-storage",
        ),
        volumes=(
            "prometheus:/prometheus",
            "./stack/prometheus.yml:/etc/prometheus/prometheus.yml:ro",
            *alerts,
            f"./slo/prometheus:{RULES}/slo:ro",
        ),
        ports=(9090,),
        secrets=tuple(sorted(wanted - {""})),
        needs={"alertmanager": False},
        health=wget("http://127.0.0.1:9090/-/ready"),
    )


def _alertmanager() -> Service:
    return Service(
        name="alertmanager",
        image=IMAGES["alertmanager"],
        command=("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"),
        volumes=(
            "alertmanager:/alertmanager",
            "./stack/alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro",
            "./stack/sereno.tmpl:/etc/alertmanager/sereno.tmpl:ro",
            "./stack/secrets/alertmanager:/etc/alertmanager/secrets:ro",
        ),
        ports=(9093,),
        health=wget("http://127.0.0.1:9093/-/ready"),
    )


def _grafana(plan: Plan) -> Service:
    place = "/etc/grafana/provisioning"
    alerting = (f"./alerts/grafana/alerts:{place}/alerting:ro",) if plan.grafana_notifies else ()
    return Service(
        name="grafana",
        image=IMAGES["grafana"],
        environment={
            "GF_SECURITY_ADMIN_USER": "admin",
            "GF_SECURITY_ADMIN_PASSWORD__FILE": secret("grafana_admin_password"),
            "GF_USERS_ALLOW_SIGN_UP": "false",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_METRICS_ENABLED": "true",
        },
        volumes=(
            "grafana:/var/lib/grafana",
            "./grafana/dashboards:/var/lib/grafana/dashboards:ro",
            f"./grafana/provisioning/dashboards:{place}/dashboards:ro",
            f"./grafana/provisioning/datasources:{place}/datasources:ro",
            *alerting,
        ),
        ports=(3000,),
        secrets=("grafana_admin_password", "postgres_password"),
        health=wget("http://127.0.0.1:3000/api/health"),
    )


def _traces() -> tuple[Service, ...]:
    return (
        Service(
            name="otel-collector",
            image=IMAGES["otel-collector"],
            command=("--config=/etc/otel-collector.yaml",),
            volumes=("./stack/otel-collector.yaml:/etc/otel-collector.yaml:ro",),
            ports=(4317, 4318),
            needs={"jaeger": False},
        ),
        Service(
            name="jaeger",
            image=IMAGES["jaeger"],
            command=("--memory.max-traces=50000",),
            environment={"COLLECTOR_OTLP_ENABLED": "true"},
            ports=(16686,),
            health=wget("http://127.0.0.1:14269/"),
        ),
    )


def _logs() -> tuple[Service, ...]:
    return (
        Service(
            name="loki",
            image=IMAGES["loki"],
            command=("-config.file=/etc/loki/loki.yaml",),
            volumes=("loki:/loki", "./stack/loki.yaml:/etc/loki/loki.yaml:ro"),
        ),
        Service(
            name="alloy",
            image=IMAGES["alloy"],
            command=("run", "--storage.path=/var/lib/alloy/data", "/etc/alloy/config.alloy"),
            volumes=(
                "alloy:/var/lib/alloy/data",
                "./stack/config.alloy:/etc/alloy/config.alloy:ro",
                "/var/run/docker.sock:/var/run/docker.sock:ro",
            ),
            needs={"loki": False},
        ),
    )
