"""NVIDIA's GPUs by NVML, the library behind nvidia-smi (NVML API Reference Guide, docs.nvidia.com/deploy/nvml-api).

Units as documented there: milliwatts, millijoules since the driver was loaded (Volta and newer), bytes, percent, °C.
What a GPU does not support is asked once. One that is lost, or a driver that is reloaded, is looked for again every
minute. Faults (XID) come as events; those from before the start are not known.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

from sereno.collectors.collector import Part
from sereno.metrics.hardware import Gpu

AGAIN_READS = 60
"""Readings between two attempts to find a lost GPU."""
MOST_EVENTS = 64
"""Faults taken at one reading; more wait for the next."""


class Nvml:
    """The NVIDIA GPUs of this machine.

    Args:
        nvml: the module `pynvml`, or one that behaves like it.

    Raises:
        Exception: `nvml.NVMLError`: there is no such library, driver or GPU here.
    """

    def __init__(self, nvml: ModuleType | Any) -> None:
        self._nvml = nvml
        self._devices: list[_Device] = []
        self._events: Any = None
        self._lost_reads = 0
        self._xids: dict[str, tuple[int, int]] = {}
        self._begin()

    @property
    def found(self) -> tuple[Gpu, ...]:
        """What they are called."""
        return tuple(device.named for device in self._devices)

    def read(self) -> Part:
        """All of them now; one that does not answer is down."""
        self._listen()
        gpus = tuple(device.read(self._xids.get(device.named.uuid)) for device in self._devices)
        self._lost_reads = self._lost_reads + 1 if any(not gpu.up for gpu in gpus) else 0
        if self._lost_reads >= AGAIN_READS:
            self._lost_reads = 0
            self.close()
            with suppress(self._nvml.NVMLError):  # the old handles stay, and are down
                self._begin()
        return Part(gpus=gpus)

    def close(self) -> None:
        """Let the library go."""
        with suppress(self._nvml.NVMLError):
            if self._events is not None:
                self._nvml.nvmlEventSetFree(self._events)
        self._events = None
        with suppress(self._nvml.NVMLError):
            self._nvml.nvmlShutdown()

    def _begin(self) -> None:
        nvml = self._nvml
        nvml.nvmlInit()
        try:
            driver = _text(nvml.nvmlSystemGetDriverVersion())
            found = [_device(nvml, index, driver) for index in range(nvml.nvmlDeviceGetCount())]
        except nvml.NVMLError:
            nvml.nvmlShutdown()
            raise
        self._devices = found
        self._register()

    def _register(self) -> None:
        """Ask for faults, of the GPUs that tell them."""
        nvml = self._nvml
        fault = nvml.nvmlEventTypeXidCriticalError
        with suppress(nvml.NVMLError):
            self._events = nvml.nvmlEventSetCreate()
        if self._events is None:
            return
        for device in self._devices:
            with suppress(nvml.NVMLError):
                if nvml.nvmlDeviceGetSupportedEventTypes(device.handle) & fault:
                    nvml.nvmlDeviceRegisterEvents(device.handle, fault, self._events)
                    self._xids.setdefault(device.named.uuid, (0, 0))

    def _listen(self) -> None:
        """Take the faults that came meanwhile, without waiting."""
        nvml = self._nvml
        if self._events is None:
            return
        with suppress(nvml.NVMLError):  # NVML_ERROR_TIMEOUT: no more of them
            for _ in range(MOST_EVENTS):
                event = nvml.nvmlEventSetWait_v2(self._events, 0)
                if event.eventType == nvml.nvmlEventTypeXidCriticalError:
                    uuid = _text(nvml.nvmlDeviceGetUUID(event.device))
                    self._xids[uuid] = (self._xids.get(uuid, (0, 0))[0] + 1, int(event.eventData))


class _Device:
    """One GPU and what it does not support."""

    def __init__(self, nvml: ModuleType | Any, handle: Any, named: Gpu) -> None:
        self._nvml = nvml
        self.handle = handle
        self.named = named
        self._refused: set[str] = set()
        self._unsupported = {nvml.NVML_ERROR_NOT_SUPPORTED, nvml.NVML_ERROR_FUNCTION_NOT_FOUND}

    def read(self, xids: tuple[int, int] | None) -> Gpu:
        nvml, handle = self._nvml, self.handle
        used = self._ask("utilization", lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100)
        memory = self._ask("memory", lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
        values: dict[str, Any] = {
            "busy": used,
            "memory_used": None if memory is None else float(memory.used),
            "memory_total": None if memory is None else float(memory.total),
            "celsius": self._ask("temperature", self._celsius),
            "watts": self._ask("power", lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000),
            "limit_watts": self._ask("limit", lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000),
            "joules": self._ask("energy", lambda: nvml.nvmlDeviceGetTotalEnergyConsumption(handle) / 1000),
        }
        if all(value is None for value in values.values()):
            values = {"up": False}
        elif xids is not None:
            values |= {"xids": xids[0], "last_xid": xids[1]}
        return _changed(self.named, values)

    def _celsius(self) -> float:
        return float(self._nvml.nvmlDeviceGetTemperature(self.handle, self._nvml.NVML_TEMPERATURE_GPU))

    def _ask(self, what: str, ask: Callable[[], Any]) -> Any:
        """The answer, None where there is none; what is not supported is not asked again."""
        if what in self._refused:
            return None
        try:
            return ask()
        except self._nvml.NVMLError as error:
            if getattr(error, "value", None) in self._unsupported:
                self._refused.add(what)
            return None


def _device(nvml: ModuleType | Any, index: int, driver: str) -> _Device:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    named = Gpu(
        gpu=str(index),
        vendor="nvidia",
        uuid=_text(nvml.nvmlDeviceGetUUID(handle)),
        name=_text(nvml.nvmlDeviceGetName(handle)),
        driver=driver,
    )
    return _Device(nvml, handle, named)


def _changed(gpu: Gpu, values: dict[str, Any]) -> Gpu:
    named = {name: getattr(gpu, name) for name in ("gpu", "vendor", "uuid", "name", "driver")}
    return Gpu(**named, **values)


def _text(value: str | bytes) -> str:
    """Older versions of the library's module answer bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
