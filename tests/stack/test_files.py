"""The stack as it is built: the tools of those who read it take it, and everything it names is there."""

from __future__ import annotations

import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from parts.built import built
from parts.compose import check
from sereno.alerts.services import EXPORTERS, SERVICES
from sereno.cli import main
from sereno.config.load import load
from sereno.stack.target import DOORS, EXTRAS, PROBE, TARGETS

ROOT = Path(__file__).parents[2]
COMMAND = "sereno stack build --config none -o deploy"
EVERYTHING = tuple(word for extra in EXTRAS for word in ("--with", extra))
WITHOUT_SHELL = {"loki", "alloy", "otel-collector", "nvidia-exporter"}
"""Images that hold nothing to ask with; their scrape tells."""
RUN_ONCE_ASKED = {"ollama-exporter", "llm-agent"}
"""Run Sereno's own image, which could be asked, but nobody waits for them; their scrape tells."""


def build(folder: Path, *options: str) -> Path:
    assert main(["stack", "build", "--config", "none", "-o", str(folder), *options]) == 0
    return folder


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack with all its parts and its secrets."""
    folder = build(tmp_path_factory.mktemp("stack"), *EVERYTHING)
    assert main(["stack", "secrets", "-o", str(folder)]) == 0
    return folder


def test_what_is_committed_is_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = build(tmp_path / "out")
    found = [folder / "compose.yaml", folder / ".env", *sorted((folder / "stack").iterdir())]
    assert len(found) == 11
    for path in found:  # the other folders have tests of their own
        name = path.relative_to(folder)
        assert path.read_text() == (ROOT / "deploy" / name).read_text(), f"{name}: run {COMMAND}"


def test_promtool_takes_the_configuration(stack: Path, tmp_path: Path) -> None:
    text = (stack / "stack/prometheus.yml").read_text()
    assert "/run/secrets/sereno_prometheus" in text
    text = text.replace("/run/secrets", str(stack / "stack/secrets"))
    text = text.replace("/etc/prometheus/rules/alerts", str(stack / "alerts/prometheus"))
    text = text.replace("/etc/prometheus/rules/slo", str(stack / "slo/prometheus"))
    (tmp_path / "prometheus.yml").write_text(text)
    done = subprocess.run(
        [built("promtool"), "check", "config", tmp_path / "prometheus.yml"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rules = len(list(stack.glob("alerts/prometheus/*.rules.yaml")) + list(stack.glob("slo/prometheus/*.rules.yaml")))
    assert f"{rules} rule files found" in done.stdout


def test_amtool_takes_alertmanagers(stack: Path) -> None:
    done = subprocess.run(
        [built("amtool"), "check-config", stack / "stack/alertmanager.yml"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "http://sereno:8004/sereno/api/alerts/webhook" in (stack / "stack/alertmanager.yml").read_text()


@pytest.mark.parametrize("extras", [few for count in range(len(EXTRAS) + 1) for few in combinations(EXTRAS, count)])
def test_docker_compose_takes_every_combination_of_profiles(stack: Path, extras: tuple[str, ...]) -> None:
    for profiles in (extras, ("monitoring", *extras)):
        done = check(stack, ",".join(profiles))
        assert done.returncode == 0, done.stderr


def test_sereno_takes_its_own_settings(stack: Path, tmp_path: Path) -> None:
    text = (stack / "stack/sereno.toml").read_text().replace("/run/secrets", str(stack / "stack/secrets"))
    (tmp_path / "sereno.toml").write_text(text)
    settings = load(environ={}, cwd=tmp_path, home=tmp_path, config=str(tmp_path / "sereno.toml")).settings
    assert str(settings.data) == "/data"
    assert str(settings.gateway.listen) == "0.0.0.0:11434"
    assert settings.store.password.reveal() == (stack / "stack/secrets/postgres_password").read_text()


def test_files_and_secrets_that_services_want_are_there(stack: Path) -> None:
    document = read(stack / "compose.yaml")
    for service in document["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (stack / source).exists(), source
            elif not source.startswith("/"):
                assert source in document["volumes"]
        assert set(service.get("secrets", ())) <= set(document["secrets"])
    for secret in document["secrets"].values():
        assert (stack / secret["file"]).is_file()


def test_every_target_is_a_service_and_wants_a_secret_that_prometheus_sees(stack: Path) -> None:
    services = read(stack / "compose.yaml")["services"]
    jobs = {job["job_name"]: job for job in read(stack / "stack/prometheus.yml")["scrape_configs"]}
    assert len(jobs) == len(TARGETS) + len(DOORS)
    for job in jobs.values():
        for address in job["static_configs"][0]["targets"]:
            host = re.sub(r"^http://", "", address).partition(":")[0]
            assert host in services or (host, job["job_name"]) == ("localhost", "prometheus")
        if "authorization" in job:
            secret = job["authorization"]["credentials_file"].removeprefix("/run/secrets/")
            assert secret in services["prometheus"]["secrets"]


def test_jobs_have_the_names_that_rules_know() -> None:
    known = {service.job for service in SERVICES} | set(EXPORTERS) | {"sereno", "llm-agent"}
    known |= {"prometheus", "alertmanager"}  # by rules of their own
    assert {target.job for target in TARGETS} - known == {"blackbox-exporter"}
    assert {door.service + PROBE for door in DOORS} == {"sereno-probe", "grafana-probe"}


def test_a_part_that_is_not_asked_for_is_not_scraped(tmp_path: Path) -> None:
    jobs = {job["job_name"] for job in read(build(tmp_path) / "stack/prometheus.yml")["scrape_configs"]}
    assert not jobs & {"nvidia-exporter", "llm-agent", "ollama-exporter"}
    assert (tmp_path / ".env").read_text().endswith("COMPOSE_PROFILES=monitoring\n")


def test_ports_are_on_loopback_and_images_are_pinned(stack: Path) -> None:
    services = read(stack / "compose.yaml")["services"]
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        tag = service["image"].rpartition(":")[2]
        assert re.search(r"\d+\.\d+", tag), name
        assert service["image"].startswith("${SERENO_IMAGE") == (service.get("pull_policy") == "never"), name


def test_nothing_has_a_default_password(stack: Path) -> None:
    for service in read(stack / "compose.yaml")["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASS|TOKEN|KEY|SECRET", name):
                assert value.startswith("/run/secrets/"), name


def test_a_service_says_whether_it_works_or_cannot(stack: Path) -> None:
    services = read(stack / "compose.yaml")["services"]
    silent = {name for name, service in services.items() if "healthcheck" not in service}
    assert silent == WITHOUT_SHELL | RUN_ONCE_ASKED
    assert silent - {"alloy"} <= {target.job for target in TARGETS}


def test_what_the_drift_document_names_is_at_its_place() -> None:
    """Services, ports, database, retention and scrapes as a reader of it would type them."""
    services = read(ROOT / "deploy/compose.yaml")["services"]
    published = {name: [port.split(":")[1:] for port in services[name]["ports"]]
                 for name in ("prometheus", "grafana", "sereno")}  # fmt: skip
    assert published["prometheus"] == [["9090", "9090"]]
    assert published["grafana"] == [["3000", "3000"]]
    assert ["8004", "8004"] in published["sereno"]
    assert services["sereno"]["networks"]["default"]["aliases"] == ["drift-monitor"]
    assert "--storage.tsdb.retention.time=90d" in services["prometheus"]["command"]
    held = services["postgres"]["environment"]
    assert (held["POSTGRES_DB"], held["POSTGRES_USER"]) == ("ai_platform", "ai_user")
    sources = {
        one["type"]: one
        for path in (ROOT / "deploy/grafana/provisioning/datasources").glob("*.yaml")
        for one in read(path)["datasources"]
    }
    assert (sources["prometheus"]["url"], sources["prometheus"]["isDefault"]) == ("http://prometheus:9090", True)
    asked = sources["grafana-postgresql-datasource"]
    assert (asked["url"], asked["jsonData"]["database"], asked["user"]) == ("postgres:5432", "ai_platform", "ai_user")
    jobs = {job["job_name"]: job for job in read(ROOT / "deploy/stack/prometheus.yml")["scrape_configs"]}
    assert jobs["prometheus"]["static_configs"] == [{"targets": ["localhost:9090"]}]


def test_where_grafana_notifies_prometheus_has_recording_rules_alone(tmp_path: Path) -> None:
    folder = build(tmp_path, "--set", "alerting.engine=grafana")
    assert read(folder / "stack/prometheus.yml")["rule_files"] == ["/etc/prometheus/rules/slo/*.recording.rules.yaml"]
    grafana = read(folder / "compose.yaml")["services"]["grafana"]
    assert "./alerts/grafana/alerts:/etc/grafana/provisioning/alerting:ro" in grafana["volumes"]


def test_services_of_ones_own(tmp_path: Path) -> None:
    folder = build(tmp_path, "--target", "learning-engine=learning-engine:8003@60s", "--target", "api=10.0.0.7:80/m")
    jobs = {job["job_name"]: job for job in read(folder / "stack/prometheus.yml")["scrape_configs"]}
    assert jobs["learning-engine"]["scrape_interval"] == "60s"
    assert jobs["api"]["metrics_path"] == "/m"
    assert jobs["api"]["static_configs"] == [{"targets": ["10.0.0.7:80"]}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--with", "gpu"), "--with gpu is no part of the stack; expected one of agent, gpu-nvidia, ollama-exporter"),
        (("--target", "api"), "'api' is no target; expected JOB=HOST:PORT[/PATH][@INTERVAL]"),
        (("--target", "api=http://api:80"), "is no target"),
        (("--target", "grafana=g:3000"), "the job grafana is one of the stack's own"),
        (("--retention", "long"), "--retention is 'long'; expected a duration"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_written(
    options: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stack", "build", "--config", "none", "-o", str(tmp_path / "out"), *options]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_ports_are_opened_on_the_address_that_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given, written in (("10.0.0.5", "10.0.0.5"), ("::1", "[::1]")):
        services = yaml.safe_load((build(tmp_path, "--bind", given) / "compose.yaml").read_text())["services"]
        assert services["sereno"]["ports"][0] == f"{written}:11434:11434"
    capsys.readouterr()
    assert main(["stack", "build", "--config", "none", "-o", str(tmp_path / "no"), "--bind", "localhost"]) == 2
    assert "--bind is 'localhost'; expected an address" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
