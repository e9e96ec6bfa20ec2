"""Whether a candidate may become champion: not inferior on a frozen set, on the same base model, bytes unchanged."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.lora.difference import Difference, difference
from sereno.lora.paired import BASE, Paired
from sereno.lora.rule import Rule


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a promotion is asked for.

    Attributes:
        version: the candidate. champion: the version in force, None where there is none.
        base_digest: of the model the candidate was made for. champion_base_digest: of the champion's.
        digest: SHA-256 recorded at import. found_digest: of the bytes now, None where they cannot be read.
        why_unread: why not.
        paired: the evaluation, None where there is none.
    """

    version: str
    champion: str | None
    base_digest: str | None
    champion_base_digest: str | None
    digest: str
    found_digest: str | None
    why_unread: str = ""
    paired: Paired | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the gate opens: every reason against, none where it does; the difference where it was measured."""

    reasons: tuple[str, ...]
    difference: Difference | None = None

    @property
    def open(self) -> bool:
        """Whether the candidate may be promoted."""
        return not self.reasons


def judge(facts: Facts, rule: Rule) -> Decision:
    """Everything that speaks against a promotion, in order of weight."""
    reasons = [*_artifact(facts), *_base(facts)]
    if facts.paired is None:
        reasons.append("There is no paired evaluation on a frozen set; give one with --eval FILE.")
        return Decision(reasons=tuple(reasons))
    reasons += _names(facts, facts.paired)
    found = difference(facts.paired, rule.confidence)
    if found.n < rule.minimum:
        reasons.append(f"The evaluation has {found.n} items; at least {rule.minimum} are asked for.")
    elif found.low < -rule.margin:
        reasons.append(
            f"The candidate may be worse by more than {rule.margin:g}: its mean score is {found.candidate:.3f} against "
            f"{found.baseline:.3f}, and the {rule.confidence:.0%} interval of the difference is "
            f"{found.low:+.3f} to {found.high:+.3f}."
        )
    return Decision(reasons=tuple(reasons), difference=found)


def _artifact(facts: Facts) -> Sequence[str]:
    if facts.found_digest is None:
        return [f"The files of {facts.version} cannot be read: {facts.why_unread}"]
    if facts.found_digest != facts.digest:
        now, then = facts.found_digest[:16], facts.digest[:16]
        said = f"The files of {facts.version} are not those that were imported: SHA-256 {now}… now, {then}… then."
        return [said + " Import what is there as a new version."]
    return []


def _base(facts: Facts) -> Sequence[str]:
    ran_on = facts.paired.base_digest if facts.paired else None
    known = facts.base_digest
    if known is None:
        said = f"It is not known which base model {facts.version} was made for;"
        return [said + " import it again with --base FILE or --base-digest sha256:…"]
    others = (("champion's", facts.champion_base_digest), ("evaluation's", ran_on))
    return [
        f"The {whose} base model is another: {digest[:23]}…, and {facts.version} was made for {known[:23]}…."
        for whose, digest in others
        if digest is not None and digest != known
    ]


def _names(facts: Facts, paired: Paired) -> Sequence[str]:
    """The evaluation must be of this candidate against the version in force."""
    found = []
    if paired.candidate is not None and paired.candidate != facts.version:
        found.append(f"The evaluation is of {paired.candidate}, not of {facts.version}.")
    against = facts.champion or BASE
    if paired.baseline is not None and paired.baseline != against:
        found.append(f"The evaluation compares with {paired.baseline}; {against} is in force.")
    return found
