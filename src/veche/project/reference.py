"""``veche reference``: the pages of ``docs/reference``, written from what the program declares.

Nothing there is typed by hand: manifests, procedures, addresses, the parsers of the command line
and the list of settings (`variables.py`) say it, and a test fails when a page says otherwise.
"""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from veche.core.people.names import WHAT as ACCOUNTS
from veche.project import home as homes
from veche.project.variables import SETTINGS

FOLDER = Path("docs/reference")
NOTE = "<!-- Written by `./veche reference`; change what it is written from. -->\n"


def command(words: list[str]) -> int:
    """``veche reference [--check]``: write the pages; or say which are not up to date."""
    parser = argparse.ArgumentParser(prog="veche reference")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when one is old")
    asked = parser.parse_args(words)
    from veche.project import cli

    cli.prepare()
    old = stale()
    if asked.check:
        for name in old:
            print(f"{FOLDER / name} is not up to date: ./veche reference")
        return 1 if old else 0
    write()
    print(f"{len(old)} of {len(PAGES)} pages were written anew.")
    return 0


def stale() -> list[str]:
    """Names of the pages that do not say what the program declares."""
    folder = homes.root() / FOLDER
    return [
        name
        for name, text in pages().items()
        if not (folder / name).exists() or (folder / name).read_text() != text
    ]


def write() -> None:
    """Write every page."""
    folder = homes.root() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


def pages() -> dict[str, str]:
    """Every page by its file name, in English."""
    from django.utils import translation

    from veche.core.cases.sync import load_procedures

    load_procedures()
    with translation.override("en"):
        return {name: NOTE + _joined(make()) for name, make in PAGES.items()}


def _joined(lines: Iterator[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


# --- pages ------------------------------------------------------------------------------------


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        cells = (" ".join(str(cell).split()).replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _index() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Written by `./veche reference` from what the program declares about itself."
    yield ""
    for name, make in PAGES.items():
        if name != "README.md":
            yield f"- [{name.removesuffix('.md')}]({name}): {(make.__doc__ or '').strip()}"


def _commands() -> Iterator[str]:
    """every command and its options."""
    yield "# Commands"
    yield ""
    yield "Exit status: 0 done, 1 refused or failed, 2 wrong usage."
    for parser in _parsers():
        yield ""
        yield f"## `{parser.prog}`"
        if parser.description:
            yield ""
            yield " ".join(parser.description.split())
        rows = [
            (f"`{_usage(action)}`", action.help or "")
            for action in parser._actions
            if not isinstance(action, argparse._HelpAction)
        ]
        if rows:
            yield from _table(("argument", "meaning"), rows)
    yield ""
    yield "## `veche test`"
    yield ""
    yield "Runs the tests on all processors; words go to pytest: `./veche test tests/stories`."


def _usage(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    if action.option_strings and action.nargs != 0:
        name += f" {action.metavar or action.dest.upper()}"
    if action.choices:
        name += f" ({'|'.join(map(str, action.choices))})"
    return name


class _Caught(BaseException):
    """Carries the parser of a command that was about to read its words."""


def _parsers() -> Iterator[argparse.ArgumentParser]:
    """The parsers of our own commands, then those of the modules, verb by verb."""
    from veche import module
    from veche.project import checks, measure, supervisor

    own: tuple[Callable[[], object], ...] = (
        lambda: supervisor.command([]),
        lambda: supervisor.serve([]),
        lambda: checks.command([]),
        lambda: measure.command("bench", []),
        lambda: measure.command("soak", []),
        lambda: command([]),
    )
    for run in own:
        yield _caught(run)
    whole = argparse.ArgumentParser(prog="veche")
    commands = whole.add_subparsers()
    for manifest in module.load():
        if manifest.commands:
            register = module.resolve(manifest.commands)
            assert callable(register)
            register(commands)
    yield from _leaves(whole)


def _caught(run: Callable[[], object]) -> argparse.ArgumentParser:
    """The parser a command makes, taken at the moment it would read the words."""

    def catch(self: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        raise _Caught(self)

    before = argparse.ArgumentParser.parse_args
    argparse.ArgumentParser.parse_args = catch  # type: ignore[assignment,method-assign]
    try:
        run()
    except _Caught as caught:
        found = caught.args[0]
        assert isinstance(found, argparse.ArgumentParser)
        return found
    finally:
        argparse.ArgumentParser.parse_args = before  # type: ignore[method-assign]
    raise AssertionError(f"{run} read no words")


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    verbs = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not verbs:
        yield parser
    for action in verbs:
        told = {choice.dest: choice.help for choice in action._choices_actions}
        for name, below in action.choices.items():
            if below.description is None:
                below.description = told.get(name)
            yield from _leaves(below)


def _settings() -> Iterator[str]:
    """every environment variable that is read."""
    from veche import module

    yield "# Settings"
    yield ""
    yield "The program is set through environment variables; a demo needs none of them."
    ours = [s for s in SETTINGS if not s.inner]
    rows = [(f"`{s.name}`", s.default, s.sentence) for s in ours]
    rows += [
        (f"`{name}`", "", sentence) for m in module.load() for name, sentence in m.settings.items()
    ]
    yield from _table(("variable", "unless set", "meaning"), rows)
    yield "Set by our own processes for each other, never by hand:"
    inner = [(f"`{s.name}`", s.sentence) for s in SETTINGS if s.inner]
    yield from _table(("variable", "meaning"), inner)


def _journal() -> Iterator[str]:
    """every kind of record that an operation may leave."""
    from veche import module

    yield "# Journal"
    yield ""
    yield "Every operation leaves at least one of these records; none is ever changed."
    for manifest in module.load():
        if manifest.journal_writes:
            yield ""
            yield f"## {manifest.name}"
            rows = [(f"`{kind}`", said) for kind, said in manifest.journal_writes.items()]
            yield from _table(("kind", "meaning"), rows)


def _datasets() -> Iterator[str]:
    """what is published, column by column, and the figures made of it."""
    from veche import module

    yield "# Datasets and figures"
    yield ""
    yield (
        "Published with checksums by `./veche opendata publish DIR`; `./veche verify DIR` computes "
        "every figure again from the published rows."
    )
    figures = module.figures()
    for dataset in module.datasets():
        yield ""
        yield f"## {dataset.name}: {dataset.title}"
        yield ""
        yield str(dataset.description)
        yield ""
        yield f"Licence {dataset.licence}; a row is known by {', '.join(dataset.key)}."
        rows = [
            (f"`{c.name}`", c.type + (", may be unknown" if c.nullable else ""), c.description)
            for c in dataset.columns
        ]
        yield from _table(("column", "type", "meaning"), rows)
        for figure in figures:
            if figure.dataset == dataset.name:
                by = f", by {', '.join(figure.by)}" if figure.by else ""
                measures = ", ".join(f"`{m.name}` ({_measure(m)})" for m in figure.measures)
                yield f"- **{figure.name}**: {figure.title}{by}. {measures}."


def _measure(measure: Any) -> str:
    words = [measure.kind.replace("_", " ")]
    if measure.p is not None:
        words.append(str(measure.p))
    if measure.column:
        words.append(f"of {measure.column}")
    return " ".join(words)


def _procedures() -> Iterator[str]:
    """states, moves, who may make them, and how long each state may last."""
    from veche.core.cases.procedure import PROCEDURES

    yield "# Procedures"
    yield ""
    yield (
        "The database refuses every move that does not stand here. Terms are the declared ones: "
        "a city may set others."
    )
    for procedure in PROCEDURES.values():
        yield ""
        yield f"## {procedure.title} (`{procedure.code}`)"
        states = [
            (
                f"`{state.code}`",
                state.title,
                state.role or ("another system" if state.record else "nobody: it has ended"),
                f"{state.term.number} {state.term.unit.value.replace('_', ' ')}"
                if state.term
                else "",
                f"`{state.on_due.rpartition(':')[2]}`" if state.on_due else "",
            )
            for state in procedure.states
        ]
        yield from _table(("state", "shown as", "waits for", "term", "then"), states)
        moves = [
            (
                f"`{move.name}`",
                ", ".join(f"`{s}`" if s else "the beginning" for s in move.sources),
                f"`{move.target}`",
                move.role + (f" of the {move.scope}" if move.scope else ""),
            )
            for move in procedure.moves
        ]
        yield from _table(("move", "from", "to", "made by"), moves)


def _rights() -> Iterator[str]:
    """what the holder of each role may do."""
    from veche import module
    from veche.core.cases.procedure import PROCEDURES

    yield "# Rights"
    yield ""
    yield "A role is held in an office or over a territory, from one moment until another."
    rows = [
        (role, manifest.name, sentence, _moves_of(role))
        for manifest in module.load()
        for role, sentence in manifest.rights.items()
    ]
    yield from _table(("role", "module", "may", "moves"), rows)
    yield "Moves that need no appointment:"
    rest = sorted({m.role for p in PROCEDURES.values() for m in p.moves} - {row[0] for row in rows})
    yield from _table(("who", "moves"), [(role, _moves_of(role)) for role in rest])
    yield (
        "[tests/architecture/urls.toml](../../tests/architecture/urls.toml) holds, for every "
        "address and every role, the answer it gets."
    )


def _moves_of(role: str) -> str:
    from veche.core.cases.procedure import PROCEDURES

    return ", ".join(
        f"`{p.code}.{m.name}`" for p in PROCEDURES.values() for m in p.moves if m.role == role
    )


def _addresses() -> Iterator[str]:
    """every address of the site."""
    yield "# Addresses"
    yield ""
    yield "`<language>` is `ru`, `en` or `zh-hans`."
    rows = []
    for shape, name, view in addresses():
        told = FOREIGN.get(name) or inspect.cleandoc(inspect.unwrap(view).__doc__ or "")
        told = told.split("\n\n")[0].partition(" Raises:")[0]
        rows.append((f"`{shape}`", f"`{name}`" if name else "", told))
    yield from _table(("address", "name", "what it is"), rows)


FOREIGN = {"set_language": "Keeps the language the reader has chosen, and goes back.", **ACCOUNTS}
"""Addresses whose views are not ours."""


def addresses() -> list[tuple[str, str, Callable[..., Any]]]:
    """Every address as ``(shape, name, view)``, in the order they are tried."""
    from django.urls import URLPattern, URLResolver, get_resolver
    from django.urls.resolvers import LocalePrefixPattern, RegexPattern

    found: list[tuple[str, str, Callable[..., Any]]] = []

    def walk(resolver: URLResolver, before: str, space: str) -> None:
        for one in resolver.url_patterns:
            own = one.pattern
            part = "<language>/" if isinstance(own, LocalePrefixPattern) else str(own)
            shape = before + (_plain(part) if isinstance(own, RegexPattern) else part)
            if isinstance(one, URLPattern):
                name = f"{space}{one.name}" if one.name else ""
                found.append((shape, name, one.callback))
            else:
                inner = f"{space}{one.namespace}:" if one.namespace else space
                walk(one, shape, inner)

    walk(get_resolver(), "/", "")
    return found


def _plain(pattern: str) -> str:
    """A regular expression as a person writes an address: ``<number>.csv``."""
    return re.sub(r"\(\?P(<\w+>)[^()]*\)", r"\1", pattern).strip("^$").replace("\\", "")


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "README.md": _index,
    "commands.md": _commands,
    "settings.md": _settings,
    "journal.md": _journal,
    "datasets.md": _datasets,
    "procedures.md": _procedures,
    "rights.md": _rights,
    "addresses.md": _addresses,
}
