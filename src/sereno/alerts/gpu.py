"""GPUs: temperature, memory, faults, power, as NVIDIA's and AMD's exporters see them."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import fires, series, silent
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds, number

DASHBOARD = "gpu-cpu-performance"
DCGM = {
    "job": "nvidia-exporter", "instance": "gpu:9400", "gpu": "0", "UUID": "GPU-1b5f", "pci_bus_id": "00000000:01:00.0",
    "device": "nvidia0", "modelName": "NVIDIA GeForce RTX 5060 Ti", "Hostname": "gpu",
    "DCGM_FI_DRIVER_VERSION": "580.65.06",
}  # fmt: skip
"""Labels as dcgm-exporter writes them."""
SMI = {"job": "nvidia-exporter", "instance": "gpu:9835", "uuid": "1b5f"}
"""Labels as nvidia_gpu_exporter writes them."""
AMD = {
    "job": "amd-exporter", "instance": "gpu:5000", "gpu_id": "0", "card_series": "AMD Radeon PRO W7900",
    "card_model": "0x7448", "card_vendor": "AMD", "driver_version": "6.10.5", "hostname": "gpu", "serial_number": "1",
}  # fmt: skip
"""Labels as AMD's device-metrics-exporter writes them."""
OWN = {"job": "sereno", "instance": "sereno:8004", "gpu": "0"}
"""Labels of Sereno's own meters, which count where no exporter says the same."""


def group(limits: Thresholds) -> Group:
    """The rules."""
    return Group("gpu", (_fault(), _hot(limits), _memory(limits), _power(limits)))


def _fault() -> Rule:
    name = "DCGM_FI_DEV_XID_ERRORS"
    fault = {**DCGM, "err_code": "79", "err_msg": "GPU has fallen off the bus"}
    return Rule(
        name="GpuXidError",
        # The gauge keeps the last code for ever: what counts is that it became another.
        expr=(
            f"{name} > 0 and changes({name}[15m]) > 0\n"
            "or on () (sereno_gpu_last_xid and increase(sereno_gpu_xid_errors_total[15m]) > 0)"
        ),
        hold=0,
        severity="critical",
        summary="The driver reports a GPU fault",
        description="XID {value} on GPU {gpu} of {instance}.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="GpuXidError",
        cases=(
            fires("XID 79", {series(name, fault): "0x38 79x2"}, fault, "79"),
            fires(
                "Sereno's own meter",
                {
                    series("sereno_gpu_last_xid", OWN): "0x38 79x2",
                    series("sereno_gpu_xid_errors_total", OWN): "0x38 1x2",
                },
                OWN,
                "79",
            ),
            silent("none", {series(name, DCGM): 0}),
            silent(
                "XID 79 before Sereno's meters were last looked at",
                {series("sereno_gpu_last_xid", OWN): 79, series("sereno_gpu_xid_errors_total", OWN): 1},
            ),
            silent("XID 31, an hour ago", {series(name, DCGM): "0x40 31x240"}, after=4200),
        ),
    )


def _hot(limits: Thresholds) -> Rule:
    names = ("DCGM_FI_DEV_GPU_TEMP", "nvidia_smi_temperature_gpu", "gpu_junction_temperature")
    limit, own = limits.gpu_celsius, "sereno_gpu_temperature_celsius"
    return Rule(
        name="GpuHot",
        expr="\nor ".join(f"{name} > {number(limit)}" for name in (*names, f"on () {own}")),
        hold=300,
        severity="warning",
        summary="A GPU of {instance} is hot",
        description="A GPU of {instance} has been at {value} °C or near it for 5 minutes.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="GpuHot",
        cases=(
            fires("dcgm-exporter", {series(names[0], DCGM): limit + 2}, DCGM, f"{limit + 2:.0f}"),
            fires("nvidia_gpu_exporter", {series(names[1], SMI): limit + 2}, SMI, f"{limit + 2:.0f}"),
            fires("AMD", {series(names[2], AMD): limit + 2}, AMD, f"{limit + 2:.0f}"),
            fires("Sereno's own meter", {series(own, OWN): limit + 2}, OWN, f"{limit + 2:.0f}"),
            fires(
                "once, where an exporter says it too",
                {series(names[0], DCGM): limit + 2, series(own, OWN): limit + 2},
                DCGM,
                f"{limit + 2:.0f}",
            ),
            silent("just below", {series(names[0], DCGM): limit - 1, series(names[1], SMI): limit - 1}),
        ),
    )


def _memory(limits: Thresholds) -> Rule:
    used, free = "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"
    smi_used, smi_all = "nvidia_smi_memory_used_bytes", "nvidia_smi_memory_total_bytes"
    amd_used, amd_all = "gpu_used_vram", "gpu_total_vram"
    own_used, own_all = "sereno_gpu_memory_used_bytes", "sereno_gpu_memory_total_bytes"
    limit = number(limits.gpu_memory_share)
    high, low = (1 + limits.gpu_memory_share) / 2, 0.98 * limits.gpu_memory_share
    reads = readings.share(high)
    return Rule(
        name="GpuMemoryFull",
        expr=(
            f"{used} / ({used} + {free}) > {limit}\nor {smi_used} / {smi_all} > {limit}\n"
            f"or {amd_used} / {amd_all} > {limit}\nor on () {own_used} / {own_all} > {limit}"
        ),
        hold=600,
        severity="warning",
        summary="GPU memory of {instance} is full",
        description="{value} of a GPU's memory on {instance} is in use: the next model spills to main memory.",
        unit="share",
        dashboard=DASHBOARD,
        runbook="GpuMemoryFull",
        cases=(
            fires(
                "dcgm-exporter", {series(used, DCGM): 16e3 * high, series(free, DCGM): 16e3 * (1 - high)}, DCGM, reads
            ),
            fires("nvidia_gpu_exporter", {series(smi_used, SMI): 16e9 * high, series(smi_all, SMI): 16e9}, SMI, reads),
            fires("AMD", {series(amd_used, AMD): 48e3 * high, series(amd_all, AMD): 48e3}, AMD, reads),
            fires("Sereno's own meter", {series(own_used, OWN): 8e9 * high, series(own_all, OWN): 8e9}, OWN, reads),
            silent("a little less", {series(used, DCGM): 16e3 * low, series(free, DCGM): 16e3 * (1 - low)}),
        ),
    )


def _power(limits: Thresholds) -> Rule:
    draw, cap, watts = "nvidia_smi_power_draw_watts", "nvidia_smi_enforced_power_limit_watts", "DCGM_FI_DEV_POWER_USAGE"
    amd, own, own_cap = "gpu_package_power", "sereno_gpu_power_watts", "sereno_gpu_power_limit_watts"
    limit, high = limits.gpu_watts, 180 * (1 + limits.gpu_power_share) / 2
    return Rule(
        name="GpuPowerLimit",
        expr=(
            f"{draw} and {draw} / {cap} > {number(limits.gpu_power_share)}\n"
            f"or {watts} > {number(limit)}\nor {amd} > {number(limit)}\n"
            f"or on () ({own} and {own} / {own_cap} > {number(limits.gpu_power_share)})"
        ),
        hold=900,
        severity="info",
        summary="A GPU of {instance} draws all the power it may",
        description="A GPU of {instance} draws {value} W: it slows itself down.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="GpuPowerLimit",
        cases=(
            fires("at its own limit", {series(draw, SMI): high, series(cap, SMI): 180}, SMI, f"{high:.0f}"),
            fires("dcgm-exporter", {series(watts, DCGM): limit + 10}, DCGM, f"{limit + 10:.0f}"),
            fires("AMD", {series(amd, AMD): limit + 10}, AMD, f"{limit + 10:.0f}"),
            fires("Sereno's own meter", {series(own, OWN): high, series(own_cap, OWN): 180}, OWN, f"{high:.0f}"),
            silent("below its own limit", {series(draw, SMI): 176.4 * limits.gpu_power_share, series(cap, SMI): 180}),
            silent("a little less", {series(watts, DCGM): 0.98 * limit, series(amd, AMD): 0.98 * limit}),
        ),
    )
