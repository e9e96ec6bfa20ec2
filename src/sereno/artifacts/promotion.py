"""Promotion and rollback of a version, each in one transaction of the ledger, each told in the log."""

from __future__ import annotations

import msgspec

from sereno.artifacts.lookup import found
from sereno.artifacts.reading import digest_now, source_of
from sereno.lora import aliases
from sereno.lora.adapter import Adapter
from sereno.lora.document import AdapterError
from sereno.lora.gate import Decision, Facts, judge
from sereno.lora.paired import Paired
from sereno.lora.quality import quality
from sereno.lora.rule import Rule
from sereno.store.ledger import Ledger, lora_figures, lora_registry
from sereno.store.ledger.lora_figures import Figure
from sereno.store.ledger.lora_registry import Event


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a promotion: what the gate said, and what the log tells of it."""

    decision: Decision
    event: Event

    @property
    def done(self) -> bool:
        """Whether the version is champion now."""
        return self.event.action == "promote"


def promote(
    ledger: Ledger,
    name: str,
    *,
    now: float,
    paired: Paired | None = None,
    rule: Rule | None = None,
    force: str | None = None,
    actor: str = "",
) -> Promotion:
    """Make a version champion of its base model, if the gate opens or is overruled; either way the log tells.

    Args:
        ledger: open for writing.
        name: version or alias.
        now: epoch seconds.
        paired: evaluation of this version against the champion, or against the base model where there is none.
        rule: what is asked for.
        force: why the gate is overruled, None where it is not.
        actor: who promotes.

    Raises:
        AdapterError: there is no such version, it is champion already, or a forced promotion has no reason.
    """
    if force is not None and not force.strip():
        raise AdapterError("a forced promotion needs a reason: --force 'why'")
    candidate = found(ledger, name)
    digest, why = _digest(candidate)
    with ledger.write() as connection:
        before = lora_registry.aliases(connection, candidate.base_model)
        after = aliases.promoted(before, candidate.version)
        champion = lora_registry.adapter(connection, before["champion"]) if "champion" in before else None
        facts = Facts(
            version=candidate.version, champion=champion.version if champion else None,
            base_digest=candidate.base_digest, champion_base_digest=champion.base_digest if champion else None,
            digest=candidate.artifact.digest, found_digest=digest, why_unread=why, paired=paired,
        )  # fmt: skip
        decision = judge(facts, rule or Rule())
        done = decision.open or force is not None
        event = Event(
            at=now, action="promote" if done else "refuse", base_model=candidate.base_model, version=candidate.version,
            previous_version=facts.champion, forced=done and not decision.open, actor=actor,
            reason=" ".join([force.strip()] if force is not None and not decision.open else decision.reasons),
            evidence=_evidence(decision, paired, overruled=done),
        )  # fmt: skip
        if done:
            lora_registry.set_aliases(connection, candidate.base_model, after, now)
        lora_registry.note(connection, event)
        if paired is not None:
            lora_figures.keep(connection, _figures(paired, candidate.version, facts.champion, now))
    return Promotion(decision=decision, event=event)


def roll_back(ledger: Ledger, base_model: str | None, *, now: float, reason: str, actor: str = "") -> Event:
    """Make the previous version champion again; its bytes must be those that were imported.

    Args:
        ledger: open for writing.
        base_model: whose champion; None where only one base model has one.
        now: epoch seconds.
        reason: why.
        actor: who does it.

    Raises:
        AdapterError: there is no previous version, or its files changed.
    """
    base = base_model or _only_base(ledger)
    with ledger.read() as connection:
        earlier = lora_registry.aliases(connection, base).get("previous")
        previous = None if earlier is None else lora_registry.adapter(connection, earlier)
    if previous is not None:
        digest, why = _digest(previous)
        if digest != previous.artifact.digest:
            raise AdapterError(f"{previous.version} cannot serve again: {why or 'its files changed since the import'}")
    with ledger.write() as connection:
        before = lora_registry.aliases(connection, base)
        after = aliases.rolled_back(before)
        if after["champion"] != earlier:
            raise AdapterError("another promotion came in between; look at sereno lora list and try again")
        lora_registry.set_aliases(connection, base, after, now)
        event = Event(at=now, action="rollback", base_model=base, version=after["champion"],
                      previous_version=before.get("champion"), actor=actor, reason=reason)  # fmt: skip
        lora_registry.note(connection, event)
    return event


def _figures(paired: Paired, candidate: str, champion: str | None, now: float) -> list[Figure]:
    """What the evaluation says of both; the base model, which stands in where there is no champion, has no figures."""
    versions = {"candidate": candidate, "baseline": champion}
    return [
        Figure(version=version, metric=row.metric, value=row.value, samples=row.samples, at=now,
               details={"eval_set": paired.eval_set, "low": row.low, "high": row.high})
        for side, row in quality(paired).items()
        if (version := versions[side]) is not None
    ]  # fmt: skip


def _only_base(ledger: Ledger) -> str:
    with ledger.read() as connection:
        bases = sorted({adapter.base_model for adapter in lora_registry.adapters(connection) if adapter.active})
    if len(bases) == 1:
        return bases[0]
    raise AdapterError(f"name the base model with --base-model; champions have: {', '.join(bases) or 'none'}")


def _digest(adapter: Adapter) -> tuple[str | None, str]:
    """The digest of an adapter's files now, or None and why not."""
    try:
        return digest_now(source_of(adapter.artifact.location), adapter.artifact.files), ""
    except AdapterError as error:
        return None, str(error)


def _evidence(decision: Decision, paired: Paired | None, *, overruled: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    if decision.difference is not None:
        found["difference"] = msgspec.to_builtins(decision.difference)
    if paired is not None and paired.eval_set:
        found["eval_set"] = paired.eval_set
    if overruled and decision.reasons:
        found["overruled"] = list(decision.reasons)
    return found
