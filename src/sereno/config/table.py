"""Every setting, once: the fields of `Settings` with kind, help, default and command-line option.

`SETTINGS` lists them all by dotted name (`gateway.listen`); sources, checks, the command line's options and
`docs/configuration.md` come from it. `[upstreams.NAME]` repeats for every model server, and so do other sections
whose name ends in `.NAME` for whatever they describe.
"""

# No `from __future__ import annotations`: the annotations are the table and are read below.

from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from sereno import conventions
from sereno.alerts.thresholds import Thresholds
from sereno.config import kinds
from sereno.config.kinds import Address, Kind, Secret
from sereno.lora.rule import Rule

KIB, MIB, GIB = 1024, 1024**2, 1024**3
UPSTREAM_ROW = "upstreams.NAME"
MOST_USD = 1e6
"""The highest price that can be set."""


class Setting(msgspec.Struct, frozen=True):
    """One row of the table.

    Attributes:
        kind: what its values look like.
        help: one or two sentences.
        option: option of the command line, "" if only `--set NAME=VALUE` reaches it.
        name: dotted name; filled in from the field that carries the row.
        default: value when no source gives one; filled in likewise. None for `upstreams.NAME.url`, which has none.
    """

    kind: Kind[Any]
    help: str
    option: str = ""
    name: str = ""
    default: Any = None

    @property
    def secret(self) -> bool:
        """Whether the value is hidden, refused on the command line and readable from `NAME_file`."""
        return isinstance(self.default, Secret)

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "SERENO_" + self.name.upper().replace(".", "_")


# fmt: off
class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """The data plane: the port that clients talk to."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where clients connect.", "--listen")] = Address("127.0.0.1", 11434)
    workers: Annotated[int, Setting(kinds.integer(1, 64),
        "Gateway processes sharing the port.", "--workers")] = 1
    durability: Annotated[str, Setting(kinds.choice("interval", "strict"),
        "`interval` writes records behind the answer: a killed gateway loses at most what ended in its last 50 ms. "
        "`strict` holds the last byte of each answer until its record is on disk, at most 2 s.",
        "--durability")] = "interval"
    capture_max_bytes: Annotated[int, Setting(kinds.size(),
        "How much of each body is recorded; the client gets all of it.")] = 4 * MIB
    capture_in_flight_bytes: Annotated[int, Setting(kinds.size(),
        "How much a worker holds of all bodies being recorded; beyond it recordings are cut and marked.")] = 64 * MIB
    max_connections: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Client connections open in one worker; more get 503.")] = 20_000
    max_head_bytes: Annotated[int, Setting(kinds.size(KIB),
        "Largest head of a request; larger ones get 431.")] = 64 * KIB
    max_target_bytes: Annotated[int, Setting(kinds.size(KIB),
        "Longest request target (path and query); longer ones get 414.")] = 16 * KIB
    max_body_bytes: Annotated[int | None, Setting(kinds.optional(kinds.size()),
        "Largest body of a request; larger ones get 413.")] = None
    head_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long a client may take to send a request's head; slower ones get 408.")] = 30.0
    body_idle_timeout: Annotated[float | None, Setting(kinds.optional(kinds.duration(0.1)),
        "Longest pause inside a request's body; longer ones get 408.")] = 300.0
    idle_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long a client's connection may wait for its next request.")] = 120.0
    connect_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long connecting to a model server may take; then the client gets 504.")] = 10.0
    answer_timeout: Annotated[float | None, Setting(kinds.optional(kinds.duration(0.1)),
        "How long the first byte of an answer may take; then the client gets 504. A cold load takes minutes.")] = None
    upstream_idle_timeout: Annotated[float, Setting(kinds.duration(),
        "How long an idle connection to a model server is kept.")] = 60.0
    drain_timeout: Annotated[float, Setting(kinds.duration(),
        "How long running answers may take to end at shutdown.")] = 30.0
    tls_cert: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificate chain (PEM); with it clients speak HTTPS.")] = None
    tls_key: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Private key (PEM) of `gateway.tls_cert`.")] = None
    allowed_hosts: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "`Host` names accepted beside loopback names; `*.example.org` stands for all below it, `*` for all.")] = ()
    require_key: Annotated[str, Setting(kinds.choice("auto", "always", "never"),
        "Who must show a Sereno key to use a model: with `auto` everyone who is not on this machine.")] = "auto"
    public_url: Annotated[str | None, Setting(kinds.optional(kinds.url(rooted=True)),
        "Where clients reach the gateway, for hints and commands that repeat a call; `off`: as `gateway.listen` says.",
        )] = None
    half_close: Annotated[str, Setting(kinds.choice("leave", "wait"),
        "What a client means that shuts its sending side: `leave`, it has left; `wait`, it still wants its answer."
        )] = "leave"


class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """A model server.

    The first one without `models` and `path_prefix` takes every request that no other one claims; a further one without
    them is reached under its name, as if `path_prefix` were `/NAME`.
    """

    name: str
    url: Annotated[str, Setting(kinds.url(rooted=True),
        "Its address, without a path: clients send the whole path themselves.", "--upstream")]
    models: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Models that are asked of it; `*` stands for any text.")] = ()
    path_prefix: Annotated[str, Setting(kinds.text(),
        "Path prefix that chooses it, matched by whole segments.")] = ""
    strip_prefix: Annotated[bool, Setting(kinds.boolean(),
        "Whether the prefix is removed before forwarding.")] = True
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that its own must chain to.")] = None
    verify: Annotated[bool, Setting(kinds.boolean(),
        "Whether its certificate is checked.")] = True
    poll: Annotated[bool, Setting(kinds.boolean(),
        "Whether the keeper asks it for its models and version.")] = True
    inject_usage: Annotated[bool, Setting(kinds.boolean(),
        "Whether OpenAI streams that do not ask for token counts are made to, unseen by the client: "
        "[how](gateway.md#token-counts-of-streams).")] = False
    provider: Annotated[str, Setting(kinds.text(),
        "Whose price list its models are on: `local` for nobody's, or a provider that `sereno prices --providers` "
        "lists. Empty: its address tells.")] = ""


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What models cost, in US dollars.

    By token (`input`, `output`, `cached_input`) or by time (`per_hour`, `watts`, `per_kwh`); 0 is free. The first table
    that fits a call is its price. Without one, clouds have the prices of the genai-prices package, and everything else
    has none: [prices](prices.md).
    """

    name: str
    models: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Models that it is for; `*` stands for any text.")] = ()
    upstreams: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Model servers that it is for; empty for all.")] = ()
    input: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of prompts.")] = None
    output: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of answers.")] = None
    cached_input: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A million tokens of prompts that came from a cache; `off`: as the rest of the prompt.")] = None
    per_hour: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "An hour of the machine, for the time that calls keep it busy.")] = None
    watts: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "What the machine draws meanwhile, where energy is not measured.")] = None
    per_kwh: Annotated[float | None, Setting(kinds.optional(kinds.amount(MOST_USD)),
        "A kilowatt-hour of electricity.")] = None


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """What prompts are about: [categories](categories.md).

    A name of the built-in list changes what it says there, field by field; a new one comes before that list.
    """

    name: str
    words: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Words and phrases that speak for it, in any case, with or without accents; `@tools`, `@images` and "
        "`@embeddings` are calls that hold them.")] = ()
    patterns: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Regular expressions that speak for it, of a kind that cannot run away.")] = ()
    title_en: Annotated[str, Setting(kinds.text(),
        "What people read in English; empty: its name.")] = ""
    title_es: Annotated[str, Setting(kinds.text(),
        "What people read in Spanish.")] = ""
    general: Annotated[bool, Setting(kinds.boolean(),
        "Whether it is so wide that a narrower one should win: what speaks for it counts a third.")] = False


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that are put to a model again and again: [quality](quality.md#planned).

    Either `every` or `cron` says how often. Models are asked where `explain.url` says, by default through the gateway.
    """

    name: str
    set: Annotated[str, Setting(kinds.named(),
        "The questions: `basics-en`, `basics-es`, or a file.")] = ""
    model: Annotated[str, Setting(kinds.text(),
        "Who is asked.")] = ""
    judge: Annotated[str, Setting(kinds.text(),
        "Model that grades what no rule can.")] = ""
    every: Annotated[float | None, Setting(kinds.optional(kinds.duration(60.0)),
        "How often.")] = None
    cron: Annotated[str, Setting(kinds.text(),
        "Instead: minute, hour, day of the month, month and weekday, as in crontab, for instance `0 3 * * *`.")] = ""
    timezone: Annotated[str, Setting(kinds.text(),
        "Time zone of `cron`, for instance `Europe/Madrid`.")] = "UTC"
    max_tokens: Annotated[int, Setting(kinds.integer(1, 100_000),
        "Longest answer.")] = 512
    at_once: Annotated[int, Setting(kinds.integer(1, 64),
        "Questions in flight.")] = 1


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What gateways write and the keeper reads."""

    max_bytes: Annotated[int, Setting(kinds.size(MIB),
        "Room for records not stored yet, over all workers; when it is full, new ones are dropped, counted.")] = 4 * GIB
    segment_bytes: Annotated[int, Setting(kinds.size(64 * KIB),
        "Size at which a new journal file begins.")] = 64 * MIB
    queue_bytes: Annotated[int, Setting(kinds.size(64 * KIB),
        "Records of one worker that wait for the disk in memory.")] = 64 * MIB


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """The control plane: API, pages, metrics."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where API, pages and metrics are served.", "--keeper")] = Address("127.0.0.1", 8004)
    content: Annotated[str, Setting(kinds.choice("full", "none"),
        "`full` keeps prompts and answers, `none` only figures.")] = "full"
    categories: Annotated[str, Setting(kinds.choice("builtin", "own", "off"),
        "Which categories prompts get: the built-in list with `[categories.NAME]`, these alone, or none.")] = "builtin"
    poll_interval: Annotated[float, Setting(kinds.duration(1.0),
        "How often model servers are asked for models and version.")] = 15.0


class StoreSection(msgspec.Struct, frozen=True, kw_only=True):
    """Where calls are kept."""

    url: Annotated[str, Setting(kinds.text(),
        "`sqlite:PATH` or `postgresql://USER@HOST:PORT/DATABASE`; empty for `sereno.db` in the data folder.")] = ""
    password: Annotated[Secret, Setting(kinds.secret(),
        "PostgreSQL's password; empty: `PGPASSWORD`, `~/.pgpass`, or none.")] = Secret("")


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long calls are kept; counters and roll-ups stay for good."""

    calls_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days a call is kept.")] = None
    bodies_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days prompts and answers are kept.")] = 90
    alerts_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days the history of alerts is kept.")] = 365


class Tracing(msgspec.Struct, frozen=True, kw_only=True):
    """Calls as OpenTelemetry spans: [tracing](tracing.md)."""

    endpoint: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Collector that gets them, for instance http://127.0.0.1:4318; `off` sends none.")] = None
    protocol: Annotated[str, Setting(kinds.choice("http", "grpc"),
        "How it is spoken to: OTLP over HTTP or gRPC.")] = "http"
    headers_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File with the header fields it wants, one `NAME: VALUE` a line; for its token.")] = None
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that its own must chain to.")] = None
    content: Annotated[str, Setting(kinds.choice("none", "messages"),
        "`messages` sends prompts and answers as well.")] = "none"
    service: Annotated[str, Setting(kinds.text(),
        "Name of the service that the spans are shown under.")] = "sereno"
    interval: Annotated[float, Setting(kinds.duration(0.1),
        "How often new calls are looked for.")] = 2.0
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long the collector may take for a batch.")] = 10.0
    max_age: Annotated[float | None, Setting(kinds.optional(kinds.duration(1.0)),
        "How long after its end a call still waits for an absent collector; later it is dropped, counted.")] = 86400.0


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """What calls take of this machine's power: [energy](energy.md)."""

    meters: Annotated[str, Setting(kinds.choice("auto", "off"),
        "`auto` reads whatever GPUs and processor meters this machine has, `off` none.")] = "auto"
    interval: Annotated[float, Setting(kinds.duration(0.1),
        "How often they are read.")] = 1.0
    upstreams: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Model servers that run on this machine; none named: those with a loopback address.")] = ()


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """The REST API and the pages."""

    cors_origins: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Origins whose pages may read the API.")] = ()
    rate_limit: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 1_000_000)),
        "Requests a minute of one client.")] = 600
    loopback_reads: Annotated[bool, Setting(kinds.boolean(),
        "Whether programs on this machine read the record without a key.")] = True
    metrics_public: Annotated[bool, Setting(kinds.boolean(),
        "Whether `/metrics` needs no key from other machines.")] = False
    query_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "Longest time a question to the record may take.")] = 30.0


class Ui(msgspec.Struct, frozen=True, kw_only=True):
    """The pages."""

    language: Annotated[str, Setting(kinds.choice("auto", "en", "es"),
        "Their language; `auto`: what the browser asks for, else English.")] = "auto"


class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """Charts explained, by templates or by a model: [explain](explain.md)."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Model server that narrates; `off`: the gateway itself, where Sereno's own calls are counted apart.",
        "--model-url")] = None
    api: Annotated[str, Setting(kinds.choice("auto", "ollama", "openai", "anthropic"),
        "Which API it speaks; `auto` finds out.")] = "auto"
    model: Annotated[str, Setting(kinds.text(),
        "Model that narrates when a request names none; empty: templates, at once.")] = ""
    key_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File with the key that the model server wants.")] = None
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that the model server's own must chain to.")] = None
    vision: Annotated[str, Setting(kinds.choice("auto", "yes", "no"),
        "Whether the models take pictures; `auto`: as the server says, or known by their names.")] = "auto"
    picture: Annotated[str, Setting(kinds.choice("auto", "yes", "no"),
        "Whether a model that sees gets a picture drawn of the chart; `auto`: where matplotlib is installed "
        "(`pip install 'sereno[explain]'`).")] = "auto"
    prompts_dir: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Folder of your own prompts, which replace the built-in ones file by file.")] = None
    strict: Annotated[bool, Setting(kinds.boolean(),
        "Whether sentences with a number that no fact supports are withheld.")] = False
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "Longest silence of the model, loading included.")] = 120.0
    max_tokens: Annotated[int, Setting(kinds.integer(1, 100_000),
        "Longest answer of the model.")] = 1024
    concurrency: Annotated[int, Setting(kinds.integer(1, 1000),
        "Answers of the model at once; more get 503.")] = 2
    per_minute: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 100_000)),
        "Answers of the model begun in a minute; more get 429.")] = 30
    history_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days an explanation is remembered.")] = 90


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The drift monitor: [drift](drift.md)."""

    interval: Annotated[float | None, Setting(kinds.optional(kinds.duration(10.0)),
        "How often live traffic is compared with the reference in use; `off`: only when asked.")] = 3600.0
    window: Annotated[float, Setting(kinds.duration(60.0),
        "How much of the latest traffic is compared.")] = 86400.0
    severity: Annotated[str, Setting(kinds.choice("notice", "moderate", "significant", "critical"),
        "Verdict from which on drift is an event.")] = "moderate"
    embeddings: Annotated[str, Setting(kinds.choice("auto", "off"),
        "`auto` compares prompts as vectors where the extra `drift` is installed.")] = "auto"
    keep_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days that figures by feature are kept; checks and events stay.")] = 400
    trigger_on: Annotated[str, Setting(kinds.choice("auto", "drift", "accuracy", "off"),
        "What is a reason to train: low `accuracy`, `drift` too, or `auto`: drift, unless accuracy is measured and has "
        "not fallen.")] = "auto"
    trigger_severity: Annotated[str, Setting(kinds.choice("notice", "moderate", "significant", "critical"),
        "The least verdict that is a reason to train.")] = "significant"
    trigger_windows: Annotated[int, Setting(kinds.integer(1, 1000),
        "Windows, without overlap, through which it must last.")] = 3
    trigger_cooldown: Annotated[float, Setting(kinds.duration(),
        "How long after a trigger there is no other.")] = 7 * 86400.0
    trigger_approval: Annotated[str, Setting(kinds.choice("required", "automatic"),
        "Whether a person must approve a trigger before anything is called.")] = "required"
    trigger_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Address that an approved trigger is posted to, as JSON.")] = None
    trigger_token_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a bearer token for it.")] = None
    trigger_command: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Program and arguments that an approved trigger starts, without a shell; the JSON is its standard input.",
        )] = ()
    trigger_timeout: Annotated[float, Setting(kinds.duration(1.0),
        "How long the program may run; the address has at most a minute.")] = 3600.0


class Lora(msgspec.Struct, frozen=True, kw_only=True):
    """Adapters: what a promotion must show, and how live traffic is counted: [adapters](lora.md)."""

    margin: Annotated[float, Setting(kinds.amount(1.0),
        "By how much a candidate's mean score may be lower than the champion's, 0 to 1.", "--margin")] = Rule().margin
    minimum: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Items that a promotion's evaluation has at least.", "--minimum")] = Rule().minimum
    window: Annotated[float, Setting(kinds.duration(1.0),
        "How much traffic one row of `lora_performance` stands for; windows begin at its multiples, UTC.")] = 3600.0


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """The instrumented agent of `sereno agent`: [agent](agent.md)."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where it is talked to.", "--agent")] = Address("127.0.0.1", 8000)
    url: Annotated[str, Setting(kinds.url(),
        "Gateway or model server that it asks.", "--gateway")] = f"http://{conventions.DEFAULT_LISTEN}"
    key: Annotated[Secret, Setting(kinds.secret(),
        "Sereno key with scope `use` for it.")] = Secret("")
    model: Annotated[str, Setting(kinds.text(),
        "Model for messages that name none; empty: the first that the server lists.", "--model")] = ""
    model_aliases: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Names that stand for other models, as NAME=MODEL; `*` stands for any text, the model `default` for "
        "`agent.model`.")] = ("gpt-*=default",)
    system: Annotated[str, Setting(kinds.text(),
        "Instructions before every conversation.")] = ""
    history: Annotated[int, Setting(kinds.integer(0, 10_000),
        "Messages of a conversation that are sent along.")] = 40
    conversations: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Conversations that are remembered; the one silent longest is forgotten first.")] = 1000
    forget: Annotated[float, Setting(kinds.duration(1.0),
        "How long a silent conversation is remembered.")] = 86400.0
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long an answer may take. A cold load takes minutes.")] = 300.0
    max_tokens: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 1_000_000)),
        "Longest answer in tokens; a message may ask for less.")] = 4096
    token: Annotated[Secret, Setting(kinds.secret(),
        "What clients on other machines must show as `Authorization: Bearer …`.")] = Secret("")
    allowed_hosts: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "`Host` names that it answers to beside loopback names.")] = ()
    llm_metrics: Annotated[str, Setting(kinds.choice("auto", "on", "off"),
        "Whether it exports `llm_*`; `auto`: only when no Sereno gateway counts its calls.")] = "auto"


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What the processes say about themselves."""

    level: Annotated[str, Setting(kinds.choice("debug", "info", "warning", "error"),
        "Least important lines written.", "--log-level")] = "info"
    file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that lines are added to, instead of stderr.")] = None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """How `sereno calls` and `sereno models` reach a keeper elsewhere."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Keeper or gateway to ask; `off` reads the data folder.", "--url")] = None
    key: Annotated[Secret, Setting(kinds.secret(),
        "Sereno key with scope `read` for it.")] = Secret("")


class Alerting(msgspec.Struct, frozen=True, kw_only=True):
    """Who tells people what goes wrong, and where they find what: [alerts](alerts.md).

    Files of secrets are read by Alertmanager, so their paths are those that it sees.
    """

    engine: Annotated[str, Setting(kinds.choice("prometheus", "grafana"),
        "Who notifies: Prometheus with Alertmanager, or Grafana; never both.")] = "prometheus"
    language: Annotated[str, Setting(kinds.choice("en", "es"),
        "Language of notifications.")] = "en"
    alertmanager_url: Annotated[str, Setting(kinds.url(),
        "Where `sereno alerts` and `sereno silence` find Alertmanager.", "--alertmanager")] = "http://127.0.0.1:9093"
    grafana_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Where people open Grafana, for links to dashboards.")] = None
    runbooks_url: Annotated[str, Setting(kinds.text(),
        "Folder or address of the runbooks, for links.")] = "docs/runbooks"
    heartbeat_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address outside this machine which is called every 5 minutes as long as alerts work.",
        )] = None
    repeat: Annotated[float, Setting(kinds.duration(1.0),
        "How often an alert that goes on is sent again.")] = 4 * 3600.0
    keeper_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Where Alertmanager or Grafana reach the keeper, which keeps the history of alerts; `off`: nothing is kept.",
        )] = f"http://{conventions.DEFAULT_KEEPER}"
    keeper_key_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a Sereno key with scope `alerts` for that, where they run on another machine.")] = None
    explain: Annotated[bool, Setting(kinds.boolean(),
        "Whether an explanation of its chart follows each alert within 60 s, told by `explain.model`: "
        "[alerts](alerts.md#alerts-that-arrive-explained).")] = False
    prometheus_url: Annotated[str, Setting(kinds.url(),
        "Where the keeper asks for the series behind an alert.")] = "http://127.0.0.1:9090"
    explain_range: Annotated[float, Setting(kinds.duration(300.0),
        "How much of the past an explanation looks at.")] = 6 * 3600.0
    explain_per_hour: Annotated[int, Setting(kinds.integer(1, 3600),
        "Explanations of alerts begun in an hour at most.")] = 20


class Objectives(msgspec.Struct, frozen=True, kw_only=True):
    """Service level objectives of the page and the API: [slo](slo.md)."""

    specs: Annotated[tuple[Path, ...], Setting(kinds.paths(),
        "Files of objectives: ours, Sloth's or OpenSLO's; none: the shipped ones.")] = ()


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications by e-mail."""

    to: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Addresses; without any no mail is sent.")] = ()
    sender: Annotated[str, Setting(kinds.text(),
        "Address that mails come from.")] = "sereno@localhost"
    server: Annotated[Address, Setting(kinds.address(),
        "Mail server (SMTP).")] = Address("127.0.0.1", 25)
    user: Annotated[str, Setting(kinds.text(),
        "User name at the mail server; empty if it asks for none.")] = ""
    password_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the password.")] = None
    tls: Annotated[bool, Setting(kinds.boolean(),
        "Whether the mail server must speak TLS.")] = True
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Slack(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to Slack."""

    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address of an incoming webhook.")] = None
    channel: Annotated[str, Setting(kinds.text(),
        "Channel; empty: the webhook's own.")] = ""
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Discord(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to Discord."""

    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address of a webhook.")] = None
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to a program of yours, as Alertmanager's JSON."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Its address, if it holds no secret.")] = None
    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds its address.")] = None
    token_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a bearer token.")] = None
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """A window in which alerts are not sent: they are there, and are sent if they go on afterwards."""

    name: str
    start: Annotated[str, Setting(kinds.text(),
        "When it begins, HH:MM.")] = "00:00"
    end: Annotated[str, Setting(kinds.text(),
        "When it ends, HH:MM; before `start` it is on the next day.")] = "24:00"
    days: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Weekdays, in English, also `monday:friday`; none: every day.")] = ()
    days_of_month: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Days such as `1`, `1:7` or `-1` (the last); none: every day.")] = ()
    months: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Months, in English or by number; none: every month.")] = ()
    timezone: Annotated[str, Setting(kinds.text(),
        "Time zone, for instance `Europe/Madrid`.")] = "UTC"
    alerts: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Which alerts, for instance `job=qdrant`; none: all.")] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, validated."""

    data: Annotated[Path, Setting(kinds.path(),
        "The data folder: journal, store, keys; made with mode 0700.", "--data")] = Path("~/.local/share/sereno")
    gateway: Gateway = Gateway()
    upstreams: tuple[Upstream, ...] = ()
    prices: tuple[Price, ...] = ()
    categories: tuple[Category, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    journal: Journal = Journal()
    keeper: Keeper = Keeper()
    store: StoreSection = StoreSection()
    retention: Retention = Retention()
    tracing: Tracing = Tracing()
    energy: Energy = Energy()
    api: Api = Api()
    ui: Ui = Ui()
    explain: Explain = Explain()
    drift: Drift = Drift()
    lora: Lora = Lora()
    agent: Agent = Agent()
    log: Log = Log()
    client: Client = Client()
    alerting: Alerting = Alerting()
    slo: Objectives = Objectives()
    email: Email = Email()
    slack: Slack = Slack()
    discord: Discord = Discord()
    webhook: Webhook = Webhook()
    maintenance: tuple[Maintenance, ...] = ()
    thresholds: Thresholds = Thresholds()
# fmt: on


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "": Settings, "gateway": Gateway, UPSTREAM_ROW: Upstream, "prices.NAME": Price, "categories.NAME": Category,
    "evaluations.NAME": Evaluation, "journal": Journal, "keeper": Keeper, "store": StoreSection,
    "retention": Retention, "tracing": Tracing, "energy": Energy, "api": Api, "ui": Ui, "explain": Explain,
    "drift": Drift, "lora": Lora, "agent": Agent, "log": Log, "client": Client, "alerting": Alerting,
    "slo": Objectives, "email": Email, "slack": Slack, "discord": Discord, "webhook": Webhook,
    "maintenance.NAME": Maintenance, "thresholds": Thresholds,
}  # fmt: skip
"""The record behind each section, in the order of the reference."""


NAMED: tuple[str, ...] = tuple(section.removesuffix(".NAME") for section in SECTIONS if section.endswith(".NAME"))
"""The sections that repeat: `upstreams` of `[upstreams.NAME]`."""


def _rows() -> tuple[Setting, ...]:
    rows = []
    for section, record in SECTIONS.items():
        hints = get_type_hints(record, include_extras=True)
        for field in msgspec.structs.fields(record):
            for mark in getattr(hints[field.name], "__metadata__", ()):
                default = None if field.required else field.default
                name = f"{section}.{field.name}" if section else field.name
                row = _threshold(mark, default) if isinstance(mark, msgspec.Meta) else mark
                rows.append(Setting(row.kind, row.help, row.option, name, default))
    return tuple(rows)


def _threshold(mark: msgspec.Meta, default: object) -> Setting:
    """The row of a limit of the alert rules, which says its own bounds."""
    most = float(mark.le or 0)
    kind: Kind[Any] = kinds.integer(0, int(most)) if isinstance(default, int) else kinds.amount(most)
    return Setting(kind, mark.description or "")


SETTINGS: tuple[Setting, ...] = _rows()
BY_NAME: dict[str, Setting] = {row.name: row for row in SETTINGS}

DEFAULT_UPSTREAM = Upstream(name="default", url=conventions.DEFAULT_UPSTREAM)


def row_name(name: str) -> str:
    """The name in the table that a dotted name stands for: `upstreams.gpu.url` → `upstreams.NAME.url`."""
    parts = name.split(".")
    return f"{parts[0]}.NAME.{parts[2]}" if len(parts) == 3 and parts[0] in NAMED else name


def find(name: str) -> Setting | None:
    """The row that a dotted name stands for, also `upstreams.gpu.url`; None if there is none."""
    return BY_NAME.get(row_name(name))
