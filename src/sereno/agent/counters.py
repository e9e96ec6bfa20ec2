"""What an agent counts: `agent_*`, and `llm_*` where no Sereno gateway counts its calls."""

from __future__ import annotations

from sereno.agent.model import ModelError, Reply
from sereno.conventions import DURATION_EDGES, METRICS, MODEL_LABEL_SLOTS, OTHER_MODEL, SCORE_EDGES
from sereno.metrics.exposition import negotiate, render
from sereno.metrics.increments import Increments, Labels

_LLM = ("llm_requests_total", "llm_request_duration_seconds", "llm_tokens_used_total")
AGENT = tuple(metric for metric in METRICS if metric.source == "agent")
LLM = tuple(metric for metric in METRICS if metric.name in _LLM)


class Counters:
    """The counts of one agent since it started."""

    def __init__(self) -> None:
        self._increments = Increments()
        self._labels: set[str] = set()
        for name in ("agent_conversations_total", "agent_messages_total"):
            self._increments.count(name, (), 0)
        for status in ("success", "error"):
            self._increments.count("agent_requests_total", (status,), 0)

    def conversation(self) -> None:
        """A conversation began."""
        self._increments.count("agent_conversations_total", ())

    def answered(self, reply: Reply, seconds: float) -> None:
        """A message was answered: the model took `reply.seconds`, all of it `seconds`."""
        if reply.model not in self._labels and len(self._labels) < MODEL_LABEL_SLOTS:
            self._labels.add(reply.model)
        self._message("success", seconds)
        self._call(self._label(reply.model), "success", reply.seconds)
        for kind, tokens in (("prompt", reply.input_tokens), ("completion", reply.output_tokens)):
            if tokens:
                self._increments.count("llm_tokens_used_total", (kind, self._label(reply.model)), tokens)

    def failed(self, error: ModelError, seconds: float) -> None:
        """A message got no answer."""
        self._message("error", seconds)
        self._increments.count("agent_errors_total", (error.trouble,))
        self._call(self._label(error.model), "error", error.seconds)

    def feedback(self, thumbs: str | None, score: float | None) -> None:
        """A person judged an answer."""
        if thumbs is not None:
            self._increments.count("agent_feedback_total", (thumbs,))
        if score is not None:
            self._increments.observe("agent_feedback_score", (), score, SCORE_EDGES)

    def told(self, outcome: str) -> None:
        """A judgement reached Sereno (`sent`), or did not (`failed`)."""
        self._increments.count("agent_feedback_sent_total", (outcome,))

    def exposition(self, accept: str, *, llm: bool, conversations: int, in_flight: int) -> tuple[bytes, str]:
        """What a scrape reads, and its Content-Type.

        Args:
            accept: the scraper's Accept field.
            llm: whether `llm_*` belong to it.
            conversations: remembered now.
            in_flight: messages being answered now.
        """
        figures: dict[tuple[str, Labels], float] = {
            ("agent_conversations_active", ()): conversations,
            ("agent_requests_in_flight", ()): in_flight,
        }
        kind = negotiate(accept)
        families = (*AGENT, *LLM) if llm else AGENT
        return render(self._increments, figures, content_type=kind, families=families), kind

    def _message(self, status: str, seconds: float) -> None:
        self._increments.count("agent_messages_total", ())
        self._increments.count("agent_requests_total", (status,))
        self._increments.observe("agent_request_duration_seconds", (), seconds, DURATION_EDGES)

    def _call(self, model: str, status: str, seconds: float) -> None:
        self._increments.count("llm_requests_total", (model, status, "chat"))
        self._increments.observe("llm_request_duration_seconds", (model, "chat"), seconds, DURATION_EDGES)

    def _label(self, model: str) -> str:
        """Names come from anyone: only those that answered have a label of their own."""
        return model if model in self._labels else OTHER_MODEL
