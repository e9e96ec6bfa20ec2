"""Plans for the tests of this room, and the amtool that judges what is made of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from parts.built import built
from sereno.notify.channels import Discord, Email, Slack, Webhook
from sereno.notify.configuration import TEMPLATES, Plan, configuration
from sereno.notify.maintenance import Window
from sereno.notify.matchers import read_matcher
from sereno.notify.texts import Language, templates

EMAIL = Email(
    to=("ops@example.org", "boss@example.org"), sender="sereno@example.org", server="mail.example.org:587",
    user="sereno", password_file="/run/secrets/mail",
)  # fmt: skip
FULL = Plan(
    channels=(
        EMAIL,
        Slack(url_file="/run/secrets/slack", channel="#ops"),
        Discord(url_file="/run/secrets/discord", only_critical=True),
        Webhook(url_file="/run/secrets/hook", token_file="/run/secrets/token"),
    ),
    windows=(
        Window(
            name="night",
            start="23:00",
            end="01:30",
            days=("friday:sunday",),
            timezone="Europe/Madrid",
            alerts=(read_matcher('job=~"qdrant|redis-exporter"'),),
        ),
        Window(name="patches", start="03:00", end="05:00", days_of_month=("1:7", "-1"), months=("march:may", "11")),
        Window(name="gpu", alerts=(read_matcher("instance=gpu:9400"),), days=("sunday",)),
    ),
    heartbeat_file="/run/secrets/heartbeat",
)


def write(folder: Path, plan: Plan = FULL, language: Language = "en") -> Path:
    """Write both files; returns the configuration's path."""
    file = folder / "alertmanager.yml"
    file.write_text(configuration(plan))
    (folder / TEMPLATES).write_text(templates(language, "http://grafana.example.org:3000"))
    return file


def amtool(*arguments: str | Path, ok: bool = True) -> str:
    """Run it; it must agree, or must not."""
    done = subprocess.run([built("amtool"), *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode == 0) == ok, done.stdout + done.stderr
    return done.stdout + done.stderr
