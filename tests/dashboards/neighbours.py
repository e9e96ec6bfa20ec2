"""What stands beside Sereno in a stack, as /metrics pages: made here, labelled as the real exporters label.

The values are made up; names and labels are checked against the recorded catalogue (`test_living`). Counters and gauges
move with time, so that rates and slopes have something to find.
"""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from dashboards import subjects

GPU = 'gpu="0",UUID="GPU-1",pci_bus_id="00000000:01:00.0",device="nvidia0",modelName="NVIDIA RTX 5060 Ti",Hostname="ai"'
AMD = 'gpu_id="0",card_model="0x1586",card_series="Radeon",card_vendor="AMD",driver_version="6.12",hostname="ai",'
AMD += 'serial_number="1"'
DISK = 'device="/dev/nvme0n1p2",fstype="ext4",mountpoint="/"'
BOX = 'id="/docker/1",image="ollama/ollama:0.24.0",name="ollama"'
WEB = 'id="/docker/2",image="open-webui",name="open-webui"'

COUNTERS = {
    'node_cpu_seconds_total{cpu="0",mode="idle"}': 0.7, 'node_cpu_seconds_total{cpu="0",mode="user"}': 0.3,
    'node_network_receive_bytes_total{device="eth0"}': 2e5, 'node_network_transmit_bytes_total{device="eth0"}': 9e4,
    'node_disk_read_bytes_total{device="nvme0n1"}': 1e5, 'node_disk_written_bytes_total{device="nvme0n1"}': 3e5,
    "node_vmstat_oom_kill": 0.0, "node_pressure_cpu_waiting_seconds_total": 0.02,
    "node_pressure_memory_waiting_seconds_total": 0.0, "node_pressure_io_waiting_seconds_total": 0.01,
    f'container_cpu_usage_seconds_total{{cpu="total",{BOX}}}': 0.4,
    f"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{{GPU}}}": 9e4,
    'pg_stat_database_blks_hit_total{datid="1",datname="ai_platform",server="db"}': 900.0,
    'pg_stat_database_blks_read_total{datid="1",datname="ai_platform",server="db"}': 10.0,
    'pg_stat_database_xact_commit_total{datid="1",datname="ai_platform",server="db"}': 12.0,
    'pg_stat_database_xact_rollback_total{datid="1",datname="ai_platform",server="db"}': 0.1,
    "redis_keyspace_hits_total": 50.0, "redis_keyspace_misses_total": 5.0,
    "redis_commands_processed_total": 60.0, "redis_evicted_keys_total": 0.0,
    'keycloak_user_events_total{client_id="grafana",error="",event="login",idp="",realm="ai"}': 0.2,
    'keycloak_user_events_total{client_id="grafana",error="invalid_user_credentials",event="login",idp="",realm="ai"}':
        0.05,
    'rest_responses_total{endpoint="/collections",method="GET",status="200"}': 3.0,
    'grpc_responses_total{endpoint="/qdrant.Points/Search",status="0"}': 8.0,
    "n8n_workflow_started_total": 0.5, "n8n_workflow_failed_total": 0.1,
    "agent_conversations_total": 0.2, "agent_messages_total": 0.9,
    'agent_requests_total{status="success"}': 0.8, 'agent_requests_total{status="error"}': 0.1,
    'agent_request_duration_seconds_bucket{le="1.0"}': 0.5, 'agent_request_duration_seconds_bucket{le="+Inf"}': 0.9,
    "agent_request_duration_seconds_sum": 1.1, "agent_request_duration_seconds_count": 0.9,
    'agent_errors_total{type="unreachable"}': 0.1,
    'agent_feedback_total{thumbs="up"}': 0.3, 'agent_feedback_total{thumbs="down"}': 0.1,
    'agent_feedback_sent_total{outcome="failed"}': 0.1,
    "agent_feedback_score_sum": 0.3, "agent_feedback_score_count": 0.4,
}  # fmt: skip
"""Samples that rise, and by how much a second."""
GAUGES = {
    "agent_conversations_active": (4.0, 0.0), "agent_requests_in_flight": (1.0, 0.0),
    "node_load1": (1.5, 0.0), "node_memory_MemTotal_bytes": (64e9, 0.0), "node_memory_MemAvailable_bytes": (40e9, -1e6),
    f"node_filesystem_size_bytes{{{DISK}}}": (1e12, 0.0), f"node_filesystem_avail_bytes{{{DISK}}}": (3e11, -2e6),
    'node_uname_info{domainname="(none)",machine="x86_64",nodename="ai",release="6.12",sysname="Linux",version="1"}':
        (1.0, 0.0),
    f"DCGM_FI_DEV_GPU_UTIL{{{GPU}}}": (80.0, 0.0), f"DCGM_FI_DEV_FB_USED{{{GPU}}}": (9000.0, 0.0),
    f"DCGM_FI_DEV_FB_FREE{{{GPU}}}": (7000.0, 0.0), f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}}": (66.0, 0.0),
    f"DCGM_FI_DEV_POWER_USAGE{{{GPU}}}": (140.0, 0.0), f"DCGM_FI_DEV_SM_CLOCK{{{GPU}}}": (2400.0, 0.0),
    f'DCGM_FI_DEV_XID_ERRORS{{{GPU},err_code="0",err_msg="No Error"}}': (0.0, 0.0),
    f"gpu_gfx_activity{{{AMD}}}": (30.0, 0.0), f"gpu_used_vram{{{AMD}}}": (4000.0, 0.0),
    f"gpu_total_vram{{{AMD}}}": (64000.0, 0.0), f"gpu_junction_temperature{{{AMD}}}": (50.0, 0.0),
    f"gpu_package_power{{{AMD}}}": (60.0, 0.0),
    f"container_memory_working_set_bytes{{{BOX}}}": (5e9, 0.0),
    f"container_memory_working_set_bytes{{{WEB}}}": (6e8, 0.0),
    "pg_up": (1.0, 0.0), 'pg_stat_activity_count{datname="ai_platform",server="db",state="idle"}': (3.0, 0.0),
    'pg_settings_max_connections{server="db"}': (100.0, 0.0),
    'pg_database_size_bytes{datname="ai_platform",server="db"}': (2e8, 0.0),
    "redis_up": (1.0, 0.0), "redis_memory_used_bytes": (2e6, 0.0), "redis_memory_max_bytes": (1e8, 0.0),
    "collections_total": (2.0, 0.0), 'collection_points{id="notes"}': (500.0, 0.0),
    "collections_vector_total": (500.0, 0.0), "memory_resident_bytes": (9e7, 0.0),
    "probe_success": (1.0, 0.0), "probe_duration_seconds": (0.05, 0.0),
}  # fmt: skip
"""Samples that stand or fall: value at the beginning, change a second."""


def page(began: float, now: float) -> str:
    """The metrics of every exporter."""
    out = [f"{name} {rate * (now - began + 1000)}" for name, rate in {**COUNTERS, **subjects.COUNTERS}.items()]
    out += [f"{name} {value}" for name, value in subjects.GAUGES.items()]
    out += [f"{name} {value + slope * (now - began)}" for name, (value, slope) in GAUGES.items()]
    out += [f"node_time_seconds {now}", f"node_boot_time_seconds {began - 86400}"]
    out += [f"container_last_seen{{{box}}} {now}" for box in (BOX, WEB)]
    return "\n".join(out) + "\n"


class Neighbours:
    """All of them on one loopback port; also takes Alertmanager's webhook."""

    def __init__(self) -> None:
        began = time.time()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(page(began, time.time()).encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(b"{}")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
