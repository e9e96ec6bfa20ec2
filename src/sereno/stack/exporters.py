"""The services that tell of the machine, its containers, its GPUs, the database, and of front doors."""

from __future__ import annotations

from sereno.stack.images import IMAGES
from sereno.stack.service import Service, secret, wget

GPU = "gpu-nvidia"


def exporters() -> tuple[Service, ...]:
    """Those services."""
    return (
        Service(
            name="node-exporter",
            image=IMAGES["node-exporter"],
            command=("--path.rootfs=/host",),
            volumes=("/:/host:ro,rslave",),
            health=wget("http://127.0.0.1:9100/"),
            other={"pid": "host"},
        ),
        Service(
            name="cadvisor",
            image=IMAGES["cadvisor"],
            command=("--docker_only=true", "--housekeeping_interval=15s"),
            volumes=("/:/rootfs:ro", "/var/run:/var/run:ro", "/sys:/sys:ro", "/var/lib/docker:/var/lib/docker:ro"),
            health=wget("http://127.0.0.1:8080/healthz"),
            other={"privileged": True, "devices": ["/dev/kmsg:/dev/kmsg"]},
        ),
        Service(
            name="postgres-exporter",
            image=IMAGES["postgres-exporter"],
            environment={
                "DATA_SOURCE_URI": "postgres:5432/ai_platform?sslmode=disable",
                "DATA_SOURCE_USER": "ai_user",
                "DATA_SOURCE_PASS_FILE": secret("postgres_password"),
            },
            secrets=("postgres_password",),
            needs={"postgres": True},
            health=wget("http://127.0.0.1:9187/"),
        ),
        Service(
            name="blackbox-exporter",
            image=IMAGES["blackbox-exporter"],
            command=("--config.file=/etc/blackbox.yml",),
            volumes=("./stack/blackbox.yml:/etc/blackbox.yml:ro",),
            health=wget("http://127.0.0.1:9115/-/healthy"),
        ),
        Service(
            name="nvidia-exporter",
            image=IMAGES["nvidia-exporter"],
            profile=GPU,
            other={
                "cap_add": ["SYS_ADMIN"],  # DCGM's profiling counters
                "deploy": {
                    "resources": {
                        "reservations": {"devices": [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]}
                    }
                },
            },
        ),
    )
