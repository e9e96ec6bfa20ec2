"""One supervisor per DATA folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sereno.errors import ConfigError
from sereno.supervisor.lock import DataLock


def test_a_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    pid = os.getpid()
    with DataLock(tmp_path), pytest.raises(ConfigError, match=rf"pid {pid}, see `ps -fp {pid}`"):
        DataLock(tmp_path)
    with DataLock(tmp_path):
        pass


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    code = "import sys,time; from pathlib import Path; from sereno.supervisor.lock import DataLock\n"
    code += "lock = DataLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError, match=f"pid {process.pid}"):
            DataLock(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with DataLock(tmp_path):
            pass
