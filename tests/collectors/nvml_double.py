"""A module that behaves like `pynvml`, as NVIDIA's reference guide describes the library."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

NOT_SUPPORTED, FUNCTION_NOT_FOUND, TIMEOUT, LIBRARY_NOT_FOUND, GPU_IS_LOST, UNINITIALIZED = 3, 13, 10, 12, 15, 1
XID_CRITICAL = 0x8


class NvmlError(Exception):
    """NVMLError: `value` is the library's return code."""

    def __init__(self, value: int) -> None:
        super().__init__(f"NVML error {value}")
        self.value = value


class NvmlDouble:
    """GPUs of which each function's answer can be set, or the error it returns.

    Attributes:
        gpus: by index, answers by what is asked; an int wrapped in `NvmlError` is raised.
        faults: (index, XID) that wait to be told.
        asked: names of the functions that were called, in order.
    """

    NVMLError = NvmlError
    NVML_ERROR_NOT_SUPPORTED = NOT_SUPPORTED
    NVML_ERROR_FUNCTION_NOT_FOUND = FUNCTION_NOT_FOUND
    NVML_TEMPERATURE_GPU = 0
    nvmlEventTypeXidCriticalError = XID_CRITICAL  # noqa: N815  the library's name

    def __init__(self, *gpus: dict[str, Any], init: NvmlError | None = None) -> None:
        self.gpus = [
            {
                "Name": "NVIDIA H100 80GB HBM3", "UUID": f"GPU-{i}", "SupportedEventTypes": XID_CRITICAL,
                "UtilizationRates": SimpleNamespace(gpu=42, memory=10),
                "MemoryInfo": SimpleNamespace(total=80 << 30, used=20 << 30, free=60 << 30),
                "Temperature": 55, "PowerUsage": 312_500, "EnforcedPowerLimit": 700_000,
                "TotalEnergyConsumption": 9_000_000, **answers,
            }
            for i, answers in enumerate(gpus)
        ]  # fmt: skip
        self.init = init
        self.running = 0
        self.faults: deque[tuple[int, int]] = deque()
        self.registered: list[int] = []
        self.asked: list[str] = []

    def nvmlInit(self) -> None:  # noqa: N802
        if self.init is not None:
            raise self.init
        self.running += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        if not self.running:
            raise NvmlError(UNINITIALIZED)
        self.running -= 1

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "580.65.06"

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def nvmlEventSetCreate(self) -> str:  # noqa: N802
        return "set"

    def nvmlEventSetFree(self, _: object) -> None:  # noqa: N802
        self.registered.clear()

    def nvmlDeviceRegisterEvents(self, handle: int, kinds: int, _: object) -> None:  # noqa: N802
        assert kinds == XID_CRITICAL
        self.registered.append(handle)

    def nvmlEventSetWait_v2(self, _: object, milliseconds: int) -> SimpleNamespace:  # noqa: N802
        assert milliseconds == 0, "a reading must not wait for a fault"
        if not self.faults:
            raise NvmlError(TIMEOUT)
        index, xid = self.faults.popleft()
        return SimpleNamespace(device=index, eventType=XID_CRITICAL, eventData=xid)

    def __getattr__(self, name: str) -> Any:
        what = name.removeprefix("nvmlDeviceGet")
        if what == name:
            raise AttributeError(name)

        def ask(handle: int, *_: object) -> Any:
            self.asked.append(what)
            if not self.running:
                raise NvmlError(UNINITIALIZED)
            answer = self.gpus[handle][what]
            if isinstance(answer, NvmlError):
                raise answer
            return answer

        return ask
