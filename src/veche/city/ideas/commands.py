"""``veche ideas …``: texts that say nearly the same, opinion maps, imports."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from veche.city.ideas.commands_import import add_import
from veche.city.ideas.commands_opinion import add_opinion_map

SIMILAR = """\
Compare the texts of a CSV file in UTF-8 by their short runs of characters, in any language and
without a network. Prints for every text its nearest others with a score from 0 to 1, and the
groups of texts about the same matter, that of most people first. With --query only the texts
nearest to those words are printed (and with --pairs everything). As JSON: {"texts", "nearest":
[{"id", "similar": [{"id", "score"}]}], "clusters": [[id…]], "pairs": [{"ids": [id, id],
"score"}], "query": [{"id", "score"}], "index_seconds", "query_seconds", "seconds"}; ids are
strings. Nothing is kept: the database is not asked."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    ideas = parser.add_parser("ideas", help="similar texts, opinion maps, imports")
    verbs = ideas.add_subparsers(dest="verb", required=True, metavar="VERB")
    similar = verbs.add_parser(
        "similar", help="find texts that say nearly the same", description=SIMILAR
    )
    similar.add_argument("file", metavar="FILE.csv", type=Path)
    similar.add_argument(
        "--text", metavar="COLUMN", action="append", required=True,
        help="the column of the words; given twice, the title first",
    )  # fmt: skip
    similar.add_argument("--id", metavar="COLUMN", required=True, help="the column of the ids")
    similar.add_argument(
        "--author", metavar="COLUMN", default="",
        help="who wrote it: of one author at most three texts make a group, and never alone",
    )  # fmt: skip
    similar.add_argument("--query", metavar="TEXT", help="find what is near to these words")
    similar.add_argument("--pairs", action="store_true", help="list the pairs that are very near")
    similar.add_argument("--most", metavar="N", type=int, default=5, help="how many for each (5)")
    similar.add_argument(
        "--meaning", action="store_true",
        help="compare what texts mean, across languages (needs the extra veche[semantic])",
    )  # fmt: skip
    similar.add_argument("--json", action="store_true", help="print JSON")
    similar.set_defaults(run=run_similar)
    add_opinion_map(verbs)
    add_import(verbs)


def run_similar(args: argparse.Namespace) -> int:
    """Print what is similar; 2 when the file cannot be read."""
    from veche.city.ideas.similar.report import Unreadable, read, report, report_of_meaning

    try:
        given = read(args.file, args.text, args.id, args.author)
        most = max(1, args.most)
        if args.meaning:
            found = report_of_meaning(given, args.query, most)
        else:
            found = report(given, args.query, args.pairs, most)
    except Unreadable as fault:
        print(fault, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    words = dict(zip(given.ids, given.texts, strict=True))
    for near in found.get("query", []):
        print(f"{near['score']:.3f}  {near['id']}  {words[near['id']][:80]}")
    for group in found.get("clusters", []):
        print(_("{count} texts: {ids}").format(count=len(group), ids=", ".join(group[:20])))
        print(f"    {words[group[0]][:100]}")
    for pair in found.get("pairs", []):
        print(f"{pair['score']:.3f}  {pair['ids'][0]}  {pair['ids'][1]}")
    line = _("Compared {texts} texts in {seconds} s.")
    print(line.format(texts=found["texts"], seconds=found["seconds"]))
    return 0
