"""Whom one trusts: the keys of a log, its witnesses, and how many of them (C2SP tlog-policy)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from veche.core.journal.tlog.note import VerifierKey, WrongNote


class WrongPolicy(ValueError):
    """A policy that is not one; the sentence names the line."""


@dataclass(frozen=True)
class Witness:
    """A witness: its name in the policy, its key, and where it is asked."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True)
class Policy:
    """Logs and witnesses, and the quorum: of which group how many must have signed."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"

    @classmethod
    def read(cls, text: str) -> Policy:
        """A policy from its file.

        Raises:
            WrongPolicy: it is none.
        """
        logs: list[VerifierKey] = []
        witnesses: list[Witness] = []
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        quorum: str | None = None
        used: set[str] = set()
        for at, line in enumerate(text.split("\n"), start=1):
            words = line.replace("\t", " ").split()
            if not words or words[0].startswith("#"):
                continue
            names = {one.name for one in witnesses} | set(groups)
            try:
                match words:
                    case ["log", key, *_url] if len(_url) < 2:
                        logs.append(_new(VerifierKey.read(key), logs))
                    case ["witness", name, key, *url] if len(url) < 2:
                        fresh = _new(VerifierKey.read(key), [one.key for one in witnesses])
                        _free(name, names)
                        witnesses.append(Witness(name, fresh, url[0] if url else ""))
                    case ["group", name, how, *members] if members:
                        _free(name, names)
                        _members(members, names, used)
                        groups[name] = (_least(how, len(members)), tuple(members))
                    case ["quorum", name] if quorum is None:
                        if name != "none" and name not in names:
                            raise WrongPolicy(f"nobody is called {name}")
                        quorum = name
                    case _:
                        raise WrongPolicy("this is not a line of a policy")
            except (WrongPolicy, WrongNote) as fault:
                raise WrongPolicy(f"Line {at}: {fault}") from fault
        if quorum is None:
            raise WrongPolicy("The policy names no quorum.")
        return cls(tuple(logs), tuple(witnesses), groups, quorum)

    def met_by(self, signed: Iterable[VerifierKey]) -> bool:
        """Whether those who signed are enough."""
        keys = set(signed)
        there = {one.name for one in self.witnesses if one.key in keys}
        return self.quorum == "none" or self._met(self.quorum, there)

    def _met(self, name: str, there: set[str]) -> bool:
        if name not in self.groups:
            return name in there
        least, members = self.groups[name]
        return sum(self._met(member, there) for member in members) >= least


def _new(key: VerifierKey, known: Iterable[VerifierKey]) -> VerifierKey:
    if any(key.public == one.public for one in known):
        raise WrongPolicy("this key stands in the policy twice")
    return key


def _free(name: str, names: set[str]) -> None:
    if name == "none" or name in names:
        raise WrongPolicy(f"the name {name} is taken")


def _members(members: list[str], names: set[str], used: set[str]) -> None:
    for member in members:
        if member not in names:
            raise WrongPolicy(f"nobody is called {member}")
        if member in used:
            raise WrongPolicy(f"{member} is in a group already")
        used.add(member)


def _least(how: str, number: int) -> int:
    told = int(how) if how.isascii() and how.isdigit() and len(how) < 4 else 0
    least = {"all": number, "any": 1}.get(how, told)
    if not 1 <= least <= number:
        raise WrongPolicy(f"{how!r} of {number} is no quorum")
    return least
