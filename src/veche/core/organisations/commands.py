"""``veche organisations`` and ``veche people``: offices, who answers for what, accounts with roles.

Accounts are added here and not a rung lower, because an account of the staff begins with a role.
"""

from __future__ import annotations

import argparse
import getpass
import sys

from veche.core.organisations.roles import NEEDS_OFFICE, ROLES

SHORTEST_PASSWORD = 10
KINDS = ("department", "operator", "company", "self_government")


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands with their verbs."""
    offices = parser.add_parser("organisations", help="offices, and who answers for what where")
    verbs = offices.add_subparsers(title="verbs", metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add an office, or give the one of this code new names")
    add.add_argument("code", help="its code, as in the open data")
    add.add_argument("--name", required=True, help="its name, in English or in every language")
    add.add_argument("--name-ru", help="its name in Russian")
    add.add_argument("--name-zh", help="its name in Chinese")
    add.add_argument("--kind", choices=KINDS, default="department")
    add.set_defaults(run=run_add)
    answers = verbs.add_parser("responsible", help="say who answers for a category in a territory")
    answers.add_argument("code", help="the office")
    answers.add_argument("--category", required=True, metavar="CODE")
    answers.add_argument("--territory", required=True, metavar="CODE")
    answers.set_defaults(run=run_responsible)
    rule = verbs.add_parser("supplier", help="say who is called to a kind of object, by contract")
    rule.add_argument("code", help="the organisation that is called; - ends the rule")
    rule.add_argument("--kind", required=True, metavar="CODE", help="the kind of object")
    rule.add_argument("--category", default="", metavar="CODE", help="for this category only")
    rule.add_argument("--owner", metavar="CODE", help="for the objects of this owner only")
    rule.add_argument(
        "--term", nargs=2, metavar=("NUMBER", "UNIT"), help="hours, calendar_days or working_days"
    )
    rule.set_defaults(run=run_supplier)
    people = parser.add_parser("people", help="accounts and roles")
    verbs = people.add_subparsers(title="verbs", metavar="VERB", required=True)
    add = verbs.add_parser("add", help="open an account, with a role if it is named")
    add.add_argument("--name", required=True, help="what the person is called by")
    add.add_argument("--email", required=True, help="the address they sign in with")
    add.add_argument("--role", choices=tuple(ROLES), help="the role they hold from now on")
    add.add_argument("--organisation", metavar="CODE", help="the office the role is held in")
    add.add_argument("--territory", metavar="CODE", help="the territory the role is held over")
    add.add_argument("--language", default="en", choices=("en", "ru", "zh-hans"))
    add.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first input line"
    )
    add.set_defaults(run=run_add_person)


def run_add(args: argparse.Namespace) -> int:
    """Add the office."""
    from veche import clock
    from veche.core.organisations.models import Organisation
    from veche.core.organisations.operations import add_organisation

    names = {"en": args.name, "ru": args.name_ru or args.name, "zh": args.name_zh or args.name}
    kind = Organisation.Kind(args.kind)
    add_organisation(by=None, at=clock.now(), code=args.code, kind=kind, names=names)
    print(f"Added: {args.code}, {args.name}.")
    return 0


def run_responsible(args: argparse.Namespace) -> int:
    """Make the office responsible."""
    from veche import clock
    from veche.core.organisations.operations import make_responsible
    from veche.core.organisations.queries import organisation_by_code
    from veche.core.places.queries import territory_by_code

    make_responsible(
        by=None,
        at=clock.now(),
        organisation=organisation_by_code(args.code),
        theme=args.category,
        territory=territory_by_code(args.territory),
    )
    print(f"From now on {args.code} answers for {args.category} in {args.territory}.")
    return 0


def run_supplier(args: argparse.Namespace) -> int:
    """Set or end the rule; 2 when the wish is not whole."""
    from veche import clock
    from veche.core.organisations.operations import end_supplier_rules, set_supplier
    from veche.core.organisations.queries import organisation_by_code
    from veche.core.places.models import ObjectKind

    kind = ObjectKind.objects.filter(code=args.kind).first()
    if kind is None:
        return _wrong(f"There is no kind of object with the code {args.kind!r}.")
    owner = organisation_by_code(args.owner) if args.owner else None
    at, about = clock.now(), {"kind": kind, "theme": args.category, "owner": owner}
    if args.code == "-":
        print(f"Ended: {end_supplier_rules(by=None, at=at, **about)} rules.")
        return 0
    number, unit = args.term or (None, "")
    if number is not None and not number.isdecimal():
        return _wrong(f"{number!r} is not a number.")
    set_supplier(
        by=None,
        at=at,
        **about,
        organisation=organisation_by_code(args.code),
        number=int(number) if number else None,
        unit=unit,
    )
    print(f"From now on {args.code} is called to {args.kind}.")
    return 0


def run_add_person(args: argparse.Namespace) -> int:
    """Open the account; 2 when the wish is not whole."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from veche import clock
    from veche.core.organisations.operations import add_holder
    from veche.core.organisations.queries import organisation_by_code
    from veche.core.people.operations import add_person
    from veche.core.places.queries import territory_by_code

    try:
        validate_email(args.email)
    except ValidationError:
        return _wrong(f"{args.email!r} is not an e-mail address.")
    if args.role in NEEDS_OFFICE and not args.organisation:
        return _wrong("This role is held in an office: name it with --organisation CODE.")
    if (args.organisation or args.territory) and not args.role:
        return _wrong("An organisation or a territory belongs to a role: name it with --role.")
    office = organisation_by_code(args.organisation) if args.organisation else None
    place = territory_by_code(args.territory) if args.territory else None
    password = _password(args.password_stdin)
    if password is None:
        return 2
    account = {"name": args.name, "email": args.email, "password": password}
    at = clock.now()
    if args.role:
        add_holder(
            by=None,
            at=at,
            **account,
            language=args.language,
            role=args.role,
            organisation=office,
            territory=place,
        )
    else:
        add_person(by=None, at=at, **account, language=args.language)
    print(f"Added: {args.name} <{args.email}>" + (f", {args.role}." if args.role else "."))
    return 0


def _password(from_input: bool) -> str | None:
    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            _wrong("The two passwords differ.")
            return None
    if len(password) < SHORTEST_PASSWORD:
        _wrong(f"A password has at least {SHORTEST_PASSWORD} characters.")
        return None
    return password


def _wrong(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
