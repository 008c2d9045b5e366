"""``veche ballots open|close|certify VOTE`` and ``veche ballots publish VOTE DIR``.

The first three do what is due now, without waiting for the timers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veche.errors import Refused

if TYPE_CHECKING:
    from veche.city.ballots.models import Vote

PATIENCE = 20.0
"""Seconds in which the sequencer should have placed the last ballots."""


def add_verbs(verbs: Any) -> None:
    """Add these words after ``veche ballots``."""
    for name, run, sentence in (
        ("open", run_open, "open an announced vote whose time has come"),
        ("close", run_close, "close a vote whose time is over, and announce its count"),
        ("certify", run_certify, "certify the result of a vote, in the name of a commissioner"),
    ):
        verb = verbs.add_parser(name, help=sentence)
        verb.add_argument("vote", metavar="VOTE", help="its number, as 2026-000001")
        verb.add_argument("--json", action="store_true")
        if name != "open":
            verb.add_argument("--dice", default="", metavar="NUMBERS", help="for ties by lottery")
        if name == "certify":
            verb.add_argument("--as", dest="email", required=True, metavar="EMAIL")
        verb.set_defaults(run=run)
    _add_keys(verbs)


def _add_keys(verbs: Any) -> None:
    """Add ``veche ballots new-promise-key`` and ``withdraw-promise-key KEY``."""
    verb = verbs.add_parser("new-promise-key", help="give this machine another key of promises")
    verb.set_defaults(run=run_new_key)
    verb = verbs.add_parser("withdraw-promise-key", help="let a key of promises hold no longer")
    verb.add_argument("key", metavar="KEY", help="as /votes/promise-keys.txt shows it")
    verb.add_argument("--reason", required=True, metavar="TEXT", help="everybody reads it")
    verb.add_argument("--as", dest="email", required=True, metavar="EMAIL")
    verb.set_defaults(run=run_withdraw_key)


def run_new_key(args: argparse.Namespace) -> int:
    """Make another key; 1 where the file of the old one cannot be moved or read."""
    from django.conf import settings

    from veche.city.ballots import keys
    from veche.core.journal.tlog.keys import WrongKey

    name = keys.promise_name(settings.LOG_NAME)
    try:
        signer, aside = keys.renew_promise_key(settings.KEY_FOLDER, name)
    except (OSError, WrongKey) as fault:
        print(f"The key was not made anew: {fault}", file=sys.stderr)
        return 1
    print(f"New key: {signer.key}")
    if aside is not None:
        print(f"The old one lies in {aside}. Start the web processes of this machine anew.")
    return 0


def run_withdraw_key(args: argparse.Namespace) -> int:
    """Withdraw a key; 1 where it is refused."""
    from veche import clock
    from veche.city.ballots.operations.promises import withdraw_promise_key
    from veche.core.people.models import Person

    person = Person.objects.filter(email__iexact=args.email).first()
    if person is None:
        print(f"Nobody has the address {args.email}.", file=sys.stderr)
        return 1
    try:
        key = withdraw_promise_key(by=person, at=clock.now(), verifier=args.key, reason=args.reason)
    except Refused as refusal:
        return _no(refusal)
    print(f"Withdrawn: {key.verifier}")
    return 0


def add_publish(verbs: Any) -> None:
    """Add ``veche ballots publish VOTE DIR``."""
    verb = verbs.add_parser("publish", help="write a vote as files that anybody can count again")
    verb.add_argument("vote", metavar="VOTE", help="its number, as 2026-000001")
    verb.add_argument("folder", metavar="DIR", type=Path)
    verb.add_argument("--json", action="store_true")
    verb.set_defaults(run=run_publish)


def run_publish(args: argparse.Namespace) -> int:
    """Publish; 1 where there is nothing to publish, or the folder is taken."""
    from veche.city.ballots.publishing import publish_vote_files

    vote = vote_of(args.vote)
    if vote is None:
        return 1
    try:
        found = publish_vote_files(vote, args.folder)
    except Refused as refusal:
        return _no(refusal)
    if args.json:
        told = {"folder": str(found.folder), "leaves": found.leaves, "ballots": found.ballots}
        print(json.dumps(told))
    else:
        print(f"Published in {found.folder}: {found.leaves:,} leaves, {found.ballots:,} ballots.")
        print(f"Check it: python3 {found.folder}/verify.py {found.folder}")
    return 0


def vote_of(number: str) -> Vote | None:
    """The vote of this number; says so where there is none."""
    from veche.city.ballots.models import Vote

    rows = Vote.objects.select_related("case").filter(case__procedure="vote", case__number=number)
    found = rows.first()
    if found is None:
        print(f"There is no vote {number}.", file=sys.stderr)
    return found


def run_open(args: argparse.Namespace) -> int:
    """Open; 1 where the vote is not to be opened now."""
    from veche import clock
    from veche.city.ballots.operations.course import open_in_time

    vote = vote_of(args.vote)
    if vote is None:
        return 1
    at = clock.now()
    if at < vote.opens_at:
        print(f"Vote {args.vote} opens at {vote.opens_at.isoformat()}.", file=sys.stderr)
        return 1
    try:
        open_in_time(by=None, at=at, case=vote.case)
    except Refused as refusal:
        return _no(refusal)
    return _say(args, vote, "Vote {number} is open.")


def run_close(args: argparse.Namespace) -> int:
    """Close, wait until every ballot is placed, announce; 1 where that cannot be done now."""
    from veche import clock
    from veche.city.ballots.operations.course import close_in_time
    from veche.city.ballots.operations.outcome import NotPlacedYet, announce_vote

    vote = vote_of(args.vote)
    if vote is None:
        return 1
    at = clock.now()
    if at < vote.closes_at:
        print(f"Vote {args.vote} closes at {vote.closes_at.isoformat()}.", file=sys.stderr)
        return 1
    until = time.monotonic() + PATIENCE
    try:
        if vote.case.state == "open":
            close_in_time(by=None, at=at, case=vote.case)
        while True:
            _place()
            try:
                announce_vote(by=None, at=clock.now(), case=vote.case, dice=args.dice)
                break
            except NotPlacedYet:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
    except Refused as refusal:
        return _no(refusal)
    return _say(args, vote, "Vote {number} is closed and counted.")


def run_certify(args: argparse.Namespace) -> int:
    """Certify; 1 where that cannot be done now."""
    from veche import clock
    from veche.city.ballots.operations.outcome import certify_vote
    from veche.core.people.models import Person

    vote = vote_of(args.vote)
    person = Person.objects.filter(email__iexact=args.email).first()
    if vote is None or person is None:
        if vote is not None:
            print(f"Nobody here has the address {args.email}.", file=sys.stderr)
        return 1
    try:
        _place()
        certify_vote(by=person, at=clock.now(), case=vote.case, dice=args.dice)
    except Refused as refusal:
        return _no(refusal)
    _place()
    return _say(args, vote, "The result of vote {number} is certified.")


def _place() -> None:
    """Place what waits, unless the sealer's process does."""
    from veche.city.ballots.here import place_here

    place_here()


def _no(refusal: Refused) -> int:
    print(refusal, file=sys.stderr)
    return 1


def _say(args: argparse.Namespace, vote: Vote, sentence: str) -> int:
    from veche.city.ballots.models import Vote

    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    told = {
        "vote": vote.case.number,
        "state": vote.case.state,
        "result": vote.result,
        "certificate": vote.certificate,
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(sentence.format(number=vote.case.number))
        for one in (vote.result or {}).get("questions", ()):
            decided = one.get("decision")
            won = ", ".join(one["count"]["winners"]) or "nobody"
            print(f"  {one['code']}: {_decided(decided) if decided else won}")
    return 0


def _decided(decision: dict[str, Any]) -> str:
    return "adopted" if decision["passed"] else "rejected"
