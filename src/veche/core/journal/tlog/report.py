"""What walking a log found, in sentences; and who signed its checkpoint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from veche.core.journal.tlog.note import Checkpoint, Note, VerifierKey, Verify, WrongNote
from veche.core.journal.tlog.policy import Policy

Fetch = Callable[[str], bytes]
"""``fetch(path)``: a file of the log. Raises OSError where there is none."""

LOG_PROVES_NOT = (
    "This shows that the log leads to its signed checkpoint and, where an older one was given, that"
    " it only grew since. It does not show that records are true, that everything was recorded, or"
    " that others were shown the same log: compare checkpoints with others, or ask for witnesses."
)
TOLD_AT_MOST = 20


@dataclass(frozen=True)
class LogKey:
    """A key of the log and up to which size what it signed stands (None: for ever)."""

    key: VerifierKey
    state: str
    until: int | None


@dataclass
class LogReport:
    """What walking a log found. ``faults`` is empty where everything agrees."""

    origin: str = ""
    size: int = 0
    entries: int = 0
    erased: int = 0
    signed_by: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be checked, and why."""

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.faults

    def tell(self, sentence: str) -> None:
        """Note a fault; after some dozens only that there are more."""
        if len(self.faults) < TOLD_AT_MOST:
            self.faults.append(sentence)
        elif len(self.faults) == TOLD_AT_MOST:
            self.faults.append("There are more faults.")

    def log_summary(self) -> str:
        """What was checked, in words."""
        by = f", signed by {' and '.join(self.signed_by)}" if self.signed_by else ""
        return (
            f"Log {self.origin or 'without a name'}: {self.entries:,} of {self.size:,} entries"
            f" walked{by}, {self.erased:,} erased."
        )


def read_keys(text: str) -> list[LogKey]:
    """The keys that are published beside a log: ``key state since until`` a line.

    Raises:
        WrongNote: a line is none.
    """
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        numbers = words[2:]
        if (
            len(words) < 3
            or len(numbers) > 2
            or not all(re.fullmatch(r"[0-9]{1,19}", n) for n in numbers)
        ):
            raise WrongNote(f"{line!r} is not a line of the list of keys.")
        until = int(numbers[1]) if len(numbers) == 2 else None
        found.append(LogKey(VerifierKey.read(words[0]), words[1], until))
    return found


def trusted_keys(fetch: Fetch, policy: Policy | None, report: LogReport) -> list[LogKey]:
    """The keys whose signatures count: those of the policy, else those beside the log."""
    try:
        listed = read_keys(fetch("keys.txt").decode("utf-8"))
    except OSError:
        listed = []
    except (WrongNote, UnicodeDecodeError) as fault:
        report.tell(f"The list of keys cannot be read: {fault}")
        listed = []
    if policy is None or not policy.logs:
        report.notes.append(
            "The keys are those that lie beside the log: compare them with the ones the city"
            " published another way, or give a policy."
        )
        return listed
    kept = [one for one in listed if one.key in policy.logs]
    known = {one.key for one in kept}
    return kept + [LogKey(key, "trusted", None) for key in policy.logs if key not in known]


def check_signatures(
    note: Note,
    told: Checkpoint,
    keys: list[LogKey],
    policy: Policy | None,
    verify: Verify | None,
    report: LogReport,
) -> None:
    """Whether a key of the log, and enough witnesses, signed; what not goes to the report."""
    if verify is None:
        report.notes.append(
            "Signatures were not checked: that needs the Python package cryptography."
        )
        return
    witnesses = [one.key for one in policy.witnesses] if policy is not None else []
    try:
        signed = note.checked([*(one.key for one in keys), *witnesses], verify)
    except WrongNote as fault:
        report.tell(f"The checkpoint is forged: {fault}")
        return
    by_log = [one for one in keys if one.key in signed and one.key.name == told.origin]
    good = [one for one in by_log if one.until is None or told.size <= one.until]
    for one in by_log:
        if one not in good:
            report.notes.append(
                f"The key {one.key.id.hex()} is {one.state}: it stands only up to"
                f" {one.until:,} entries."
            )
    report.signed_by = tuple(dict.fromkeys(key.name for key in signed))
    if not good:
        report.tell(
            "The checkpoint is not signed by a key of this log: it is forged, or signed by a wrong"
            " key."
        )
    if policy is not None and not policy.met_by(signed):
        report.tell("Too few witnesses signed the checkpoint for the policy given.")
