"""Figures of hosts, containers and GPUs, whichever exporter has them.

Exporters are scraped as jobs of their own, so these queries choose by `$host` or not at all; `$job` chooses
Sereno's own meters only.
"""

from __future__ import annotations

from sereno.dashboards.expressions import RATE, select

HOST = 'instance=~"$host"'
DISKS = f'{HOST},fstype!~"tmpfs|ramfs|overlay|squashfs|devtmpfs|iso9660|autofs|nsfs|efivarfs"'
CPU = f'100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{{{HOST},mode="idle"}}[{RATE}])))'
MEMORY = (
    f"100 * (1 - max by (instance) (node_memory_MemAvailable_bytes{{{HOST}}})"
    f" / max by (instance) (node_memory_MemTotal_bytes{{{HOST}}}))"
)
DISK = (
    f"100 * (1 - max by (instance, mountpoint) (node_filesystem_avail_bytes{{{DISKS}}})"
    f" / (max by (instance, mountpoint) (node_filesystem_size_bytes{{{DISKS}}}) > 0))"
)
NICS = f'{HOST},device!~"lo|veth.*|br-.*|docker.*"'
RECEIVED = f"sum(rate(node_network_receive_bytes_total{{{NICS}}}[{RATE}]))"
SENT = f"sum(rate(node_network_transmit_bytes_total{{{NICS}}}[{RATE}]))"
UPTIME = f"min(node_time_seconds{{{HOST}}} - node_boot_time_seconds{{{HOST}}})"
CONTAINERS = 'count(time() - max by (name) (container_last_seen{name!=""}) < 60)'
"""Containers that cAdvisor saw in the last minute."""


def _by_gpu(metric: str, label: str) -> str:
    return f'max by (gpu) (label_replace({metric}, "gpu", "$1", "{label}", "(.+)"))'


def _gpus(dcgm: str, smi: str, amd: str, own: str) -> str:
    """NVIDIA's by DCGM, else by nvidia-smi, and AMD's beside them; without exporters those of Sereno's own machine.

    `gpu` tells them apart.
    """
    return f"(({dcgm} or on () {smi}) or {amd}) or on () {own}"


GPU_BUSY = _gpus(
    "max by (gpu) (DCGM_FI_DEV_GPU_UTIL)",
    f"100 * {_by_gpu('nvidia_smi_utilization_gpu_ratio', 'uuid')}",
    _by_gpu("gpu_gfx_activity", "gpu_id"),
    f"100 * max by (gpu) ({select('sereno_gpu_utilization_ratio')})",
)
GPU_MEMORY = _gpus(
    "100 * max by (gpu) (DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE))",
    f"100 * {_by_gpu('nvidia_smi_memory_used_bytes', 'uuid')} / {_by_gpu('nvidia_smi_memory_total_bytes', 'uuid')}",
    f"100 * {_by_gpu('gpu_used_vram', 'gpu_id')} / {_by_gpu('gpu_total_vram', 'gpu_id')}",
    f"100 * max by (gpu) ({select('sereno_gpu_memory_used_bytes')})"
    f" / max by (gpu) ({select('sereno_gpu_memory_total_bytes')})",
)
GPU_TEMPERATURE = _gpus(
    "max by (gpu) (DCGM_FI_DEV_GPU_TEMP)",
    _by_gpu("nvidia_smi_temperature_gpu", "uuid"),
    _by_gpu("gpu_junction_temperature", "gpu_id"),
    f"max by (gpu) ({select('sereno_gpu_temperature_celsius')})",
)
GPU_POWER = _gpus(
    "max by (gpu) (DCGM_FI_DEV_POWER_USAGE)",
    _by_gpu("nvidia_smi_power_draw_watts", "uuid"),
    _by_gpu("gpu_package_power", "gpu_id"),
    f"max by (gpu) ({select('sereno_gpu_power_watts')})",
)
