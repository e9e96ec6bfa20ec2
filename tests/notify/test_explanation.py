"""Explanations as mails, messages and documents: within the limits of each way, and harmless whatever labels say."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sereno.notify.channels import Email, Slack
from sereno.notify.explanation import Explanation, discord, document, mail, slack

WAY = Email(to=("ops@example.org", "night@example.org"), sender="sereno@example.org", server="mail:25")
NOW = datetime(2025, 11, 21, tzinfo=UTC)
ONE = Explanation(
    summary="LLM requests fail",
    severity="critical",
    alerts=[{"alertname": "HighLLMErrorRate", "job": "sereno"}],
    text="It went beyond 5%.\n\nCheck the model server.",
    supported=4,
    numbers=4,
    model="llama3.2",
    query='sum(\n  rate(llm_requests_total{status="error"}[5m])\n)',
    start=1.0,
    end=2.0,
    language="en",
    id="0199",
)
NASTY = msgspec.structs.replace(
    ONE,
    summary="<img src=x> @everyone\r\nBcc: all@example.org <!channel> **x**",
    text="[click](http://evil) <script>alert(1)</script> @here `x` <!here>",
)
TEXTS = st.text(max_size=6000)


def test_a_mail_says_it_in_text_and_html() -> None:
    message = mail(ONE, WAY, NOW)

    assert message["Subject"] == "Explained: LLM requests fail"
    assert message["To"] == "ops@example.org, night@example.org"
    assert message["Date"] == "Fri, 21 Nov 2025 00:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    for part in (plain.get_content(), html.get_content()):
        assert "It went beyond 5%." in part
        assert "Check the model server." in part
        assert "4 of 4 figures and dates checked against the data. Told by the model llama3.2." in part
        assert "Times are UTC. Series: sum( rate(llm_requests_total" in part


def test_spanish_has_spanish_words_around_it() -> None:
    spanish = msgspec.structs.replace(ONE, language="es", model=None, numbers=0, supported=0)
    message = mail(spanish, WAY, NOW)
    assert message["Subject"] == "Explicación: LLM requests fail"
    assert "No afirma ninguna cifra. Lo cuentan plantillas." in message.as_string().replace("=\n", "")


def test_labels_write_no_header_no_mark_and_call_nobody() -> None:
    message = mail(NASTY, WAY, NOW)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    html = message.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert "<script" not in html.get_content()

    said = slack(NASTY, Slack(url_file="x", channel="#ops"))
    assert said["channel"] == "#ops"
    assert "<" not in said["text"]
    kinds = [said["blocks"][0]["text"], said["blocks"][1]["text"], *said["blocks"][2]["elements"]]
    assert {one["type"] for one in kinds} == {"plain_text"}

    told = discord(NASTY)
    assert told["allowed_mentions"] == {"parse": []}
    assert r"\[click\](http://evil) \<script\>" in told["embeds"][0]["description"]


def test_a_program_gets_everything() -> None:
    said = json.loads(msgspec.json.encode(document(ONE)))
    assert said["type"] == "explanation"
    assert said["title"] == "Explained: LLM requests fail"
    assert {name: said[name] for name in msgspec.structs.asdict(ONE)} == msgspec.to_builtins(ONE)


@given(summary=TEXTS, text=TEXTS, query=TEXTS)
def test_whatever_it_says_it_fits(summary: str, text: str, query: str) -> None:
    one = msgspec.structs.replace(ONE, summary=summary, text=text, query=query)
    said = slack(one, Slack(url_file="x"))
    # Slack: header 150, text of a block 3,000, of a context's element 2,000 is not documented; 3,000 is.
    assert len(said["blocks"][0]["text"]["text"]) <= 150
    assert len(said["blocks"][1]["text"]["text"]) <= 3000
    # Discord: title 256, description 4,096, footer 2,048, all together 6,000.
    embed = discord(one)["embeds"][0]
    sizes = len(embed["title"]), len(embed["description"]), len(embed["footer"]["text"])
    assert all(size <= most for size, most in zip(sizes, (256, 4096, 2048), strict=True))
    assert sum(sizes) <= 6000
    assert mail(one, WAY, NOW).as_bytes()
