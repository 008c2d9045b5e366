"""``veche ballots``: counting files and explaining rules, which need no database, and votes."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

from veche.city.ballots import commands_course, commands_door, commands_load
from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.counting.explain import LANGUAGES, explain, title
from veche.city.ballots.counting.record import Count, Round, plain
from veche.city.ballots.counting.rule import (
    MEANS,
    OVERVOTE,
    RULES,
    SKIPS,
    TIES,
    Rule,
    WrongRule,
    count,
)
from veche.city.ballots.counting.ties import seed
from veche.city.ballots.files import FORMATS, WrongFile, read_ballots
from veche.city.ballots.recount import COUNT_FILE, count_record

NO_LONGER = "no longer counting"


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    ballots = parser.add_parser("ballots", help="votes, and counting ballots by a declared rule")
    verbs = ballots.add_subparsers(dest="verb", required=True, metavar="VERB")
    counting = verbs.add_parser("count", help="count a file of ballots, round by round")
    counting.add_argument("file", metavar="FILE", type=Path)
    counting.add_argument("--format", required=True, choices=FORMATS)
    _rule_words(counting)
    counting.add_argument(
        "--write-ins", default="UWI", metavar="NAME", help="what stands for undeclared names"
    )
    counting.add_argument(
        "--order", type=Path, metavar="FILE", help="the declared order of ties, one name a line"
    )
    counting.add_argument("--root", metavar="HEX", help="lottery: root of the final checkpoint")
    counting.add_argument("--dice", metavar="NUMBERS", help="lottery: dice thrown in public")
    counting.add_argument(
        "--save", type=Path, metavar="DIR", help="ballots, rule and count, to be counted again"
    )
    counting.add_argument("--json", action="store_true", help="print the whole count as JSON")
    counting.set_defaults(run=run_count)
    telling = verbs.add_parser("explain", help="say in plain words what a rule does")
    _rule_words(telling)
    telling.add_argument("--language", choices=LANGUAGES, default="en")
    telling.set_defaults(run=run_explain)
    commands_course.add_verbs(verbs)
    commands_course.add_publish(verbs)
    commands_door.add_door(verbs)
    commands_load.add_load_test(verbs)


def _rule_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rule", required=True, choices=RULES)
    parser.add_argument("--seats", type=int, metavar="N", help="what the file says, or 1")
    parser.add_argument("--overvote", choices=OVERVOTE, default="exhaust")
    parser.add_argument("--skips", choices=SKIPS, default="allow")
    parser.add_argument(
        "--one-by-one", action="store_true", help="a runoff leaves out one option a round"
    )
    parser.add_argument("--score", choices=MEANS, default="sum")
    parser.add_argument("--ties", choices=TIES, default="declared")


def _rule(args: argparse.Namespace, seats: int | None) -> Rule:
    return Rule(
        args.rule,
        args.seats if args.seats is not None else (seats or 1),
        args.overvote,
        args.skips,
        not args.one_by_one,
        args.score,
        args.ties,
    )


def run_explain(args: argparse.Namespace) -> int:
    """Print the rule as its voters read it."""
    try:
        rule = _rule(args, None)
    except WrongRule as fault:
        print(fault, file=sys.stderr)
        return 1
    print(title(rule, args.language))
    for sentence in explain(rule, args.language):
        print(f"  {sentence}")
    print(f"  {rule.canonical()}")
    return 0


def run_count(args: argparse.Namespace) -> int:
    """Count and print; the exit status is 1 when file or rule do not fit."""
    begun = time.perf_counter()
    try:
        papers = read_ballots(args.file, args.format, write_ins=args.write_ins)
        rule = _rule(args, papers.seats if args.rule != "irv" else None)
        order, drawn = _declared(args.order, papers.options), _lottery(args)
        found = count(rule, papers, order=order, seed=seed(*drawn) if drawn else None)
        seconds = time.perf_counter() - begun
        if args.save is not None:
            _save(args, papers, found, rule, order, drawn)
    except WrongFile as fault:
        print(f"{args.file}: {fault}", file=sys.stderr)
        return 1
    except WrongRule as fault:
        print(fault, file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(found.as_json() | {"seconds": round(seconds, 4)}, ensure_ascii=False))
    else:
        _show(found, seconds)
    return 0


def _save(
    args: argparse.Namespace,
    papers: Papers,
    found: Count,
    rule: Rule,
    order: tuple[int, ...] | None,
    lottery: tuple[bytes, str] | None,
) -> None:
    """Put the ballots and the count into a new folder. Raises: OSError."""
    args.save.mkdir(parents=True)
    data = args.file.read_bytes()
    (args.save / args.file.name).write_bytes(data)
    told = count_record(
        papers,
        found,
        rule,
        file=args.file.name,
        form=args.format,
        sha256=hashlib.sha256(data).hexdigest(),
        write_ins=args.write_ins,
        order=order,
        lottery=lottery,
    )
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (args.save / COUNT_FILE).write_text(text + "\n", encoding="utf-8")


def _declared(path: Path | None, options: tuple[str, ...]) -> tuple[int, ...] | None:
    if path is None:
        return None
    names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    names = [name for name in names if name]
    if sorted(names) != sorted(options):
        raise WrongRule("The declared order must name every option once, one a line.")
    place = {name: at for at, name in enumerate(options)}
    return tuple(place[name] for name in names)


def _lottery(args: argparse.Namespace) -> tuple[bytes, str] | None:
    if args.root is None and args.dice is None:
        return None
    try:
        root = bytes.fromhex(args.root or "")
    except ValueError:
        root = b""
    if len(root) != 32 or not args.dice:
        raise WrongRule(
            "A lottery needs --root, the 64 hexadecimal digits of the final checkpoint, and --dice."
        )
    return root, args.dice


def _show(found: Count, seconds: float) -> None:
    print(f"{found.ballots:,} ballots, {found.valid:,} valid, {found.empty:,} empty")
    if found.quota is not None:
        print(f"quota {found.quota}")
    names = {NO_LONGER} | {name for one in found.rounds for name in one.tally}
    for number, one in enumerate(found.rounds, start=1):
        print(f"\nRound {number}")
        _show_round(one, max(len(name) for name in names))
    print(f"\nElected, in this order: {', '.join(found.winners) or 'nobody'}")
    print(f"{seconds:.2f} s")


def _show_round(one: Round, width: int) -> None:
    for name, votes in sorted(one.tally.items(), key=lambda item: (-item[1], item[0])):
        mark = "elected" if name in one.elected else "left out" if name in one.eliminated else ""
        if name == one.surplus_of:
            mark += "; the surplus goes on" if mark else "the surplus goes on"
        print(f"  {name:<{width}}  {plain(votes):>14,}  {mark}".rstrip())
    if one.exhausted:
        print(f"  {NO_LONGER:<{width}}  {plain(one.exhausted):>14,}")
    for tie in one.ties:
        print(f"  A tie between {', '.join(tie.among)}: {tie.decided_by} took {tie.taken}.")
