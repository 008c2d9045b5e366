"""The certificate of a vote: a signed note that ties a result to a checkpoint of the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from veche.city.ballots.vote.config import VoteConfig
from veche.city.ballots.vote.result import result_digest

CERTIFICATE = "veche-vote-certificate/1"
PAPERS = "papers "
"""How the lines about piles of paper begin."""
_LINES = re.compile(
    re.escape(CERTIFICATE) + r"\nvote ([^\s]+)\nconfig ([0-9a-f]{64})\n"
    r"checkpoint (0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/=]{44})\nresult ([0-9a-f]{64})\n"
)


def outcome_of(config: VoteConfig, result: Mapping[str, Any]) -> dict[str, str]:
    """The outcome of each question, as short as can be: ``adopted``, or who was elected."""
    found = {}
    for asked, told in zip(config.questions, result["questions"], strict=True):
        if asked.majority is not None:
            found[asked.code] = "adopted" if told["decision"]["passed"] else "rejected"
        else:
            found[asked.code] = " ".join(told["count"]["winners"]) or "nobody"
    return found


def certificate_text(
    config: VoteConfig,
    result: Mapping[str, Any],
    *,
    size: int,
    root: str,
    at: str,
    piles: Sequence[str] = (),
) -> str:
    """What is signed. ``size`` and ``root`` (base64) are those of the log's checkpoint; ``piles``
    are the lines of `piles_told`."""
    lines = [
        CERTIFICATE,
        f"vote {config.number}",
        f"config {config.digest}",
        f"checkpoint {size} {root}",
        f"result {result_digest(result)}",
        f"ballots {result['turnout']['number']} of {result['roll']['number']}",
        *(f"{code}: {told}" for code, told in outcome_of(config, result).items()),
        *piles,
        f"certified {at}",
    ]
    return "".join(f"{line}\n" for line in lines)


def piles_told(leaves: Iterable[Mapping[str, Any]]) -> list[str]:
    """The piles of paper that were annulled or counted again as an appeal was decided, a line each.

    ``leaves`` are those of the log in their order; what is about something else is passed over.
    """
    found = []
    for told in leaves:
        if told["type"] == "annulled" and "batch" in told and "appeal" in told:
            found.append(f"{PAPERS}{told['batch']}: annulled by appeal {told['appeal']}")
        elif told["type"] == "paper" and "instead" in told:
            found.append(
                f"{PAPERS}{told['batch']}: counted instead of {told['instead']} by appeal"
                f" {told['appeal']}"
            )
    return found


def read_certificate(text: str) -> tuple[str, str, int, str, str]:
    """Of a certificate: vote, digest of the configuration, size, root (base64), digest of result.

    Raises:
        ValueError: it is none.
    """
    found = _LINES.match(text)
    if found is None:
        raise ValueError("This is no certificate of a vote.")
    vote, config, size, root, result = found.groups()
    return vote, config, int(size), root, result
