"""Read a conversation from the files that Polis publishes, or its API gives.

A folder holds ``participants-votes.csv``, or ``votes.csv``, or ``votes.json``; the first of these
that is there is read. ``comments.csv`` or ``comments.json`` beside it tells what the statements
say, which were rejected, and which only say who one is.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from veche.city.ideas.opinion.votes import Conversation, Statement, Vote, conversation

TABLE, VOTES, VOTES_JSON = "participants-votes.csv", "votes.csv", "votes.json"
COMMENTS, COMMENTS_JSON = "comments.csv", "comments.json"

_PARTICIPANT = ("participant", "participant_id", "voter_id", "voter", "pid")
_STATEMENT = ("comment_id", "statement_id", "comment", "statement", "tid", "id")
_VOTE = ("vote", "value")
_WHEN = ("modified", "timestamp", "created", "datetime")
_GROUP = ("group_id", "group", "gid")
_TEXT = ("comment_body", "txt", "text", "body", "comment_text")
_MODERATED = ("moderated", "mod")
_META = ("is_meta", "meta")
_YES = {"1", "1.0", "true", "t", "yes"}
_NO = {"", "0", "0.0", "-1", "false", "f", "no", "none", "null"}
_WORDS = {"agree": 1, "disagree": -1, "pass": 0, "accepted": 1, "rejected": -1, "unmoderated": 0}


class WrongFile(Exception):
    """What was given cannot be read; the text says where and why."""


def read(folder: Path) -> Conversation:
    """The conversation of a folder.

    Raises:
        WrongFile: none of the files is there, or one is not what its name says.
    """
    if not folder.is_dir():
        raise WrongFile(f"{folder}: there is no such folder.")
    statements = _statements(folder)
    if (folder / TABLE).is_file():
        people, votes, groups = _table(folder / TABLE, {one.id for one in statements})
        return conversation(statements, votes, groups, people)
    if (folder / VOTES).is_file():
        return conversation(statements, _votes(folder / VOTES, _rows(folder / VOTES)))
    if (folder / VOTES_JSON).is_file():
        path = folder / VOTES_JSON
        return conversation(statements, _votes(path, _objects(path, "votes")))
    raise WrongFile(f"{folder}: there is no {TABLE}, {VOTES} or {VOTES_JSON}.")


def read_groups(path: Path) -> dict[str, str]:
    """Participant → group from a JSON file; whoever has ``null`` is in no group.

    What ``opinion-map --json`` printed is understood as well.

    Raises:
        WrongFile: it is something else.
    """
    given = _json(path)
    if isinstance(given, dict) and isinstance(given.get("groups"), dict):
        given = given["groups"]
    if not isinstance(given, dict):
        raise WrongFile(f"{path}: this is not an object of participants and their groups.")
    found = {}
    for person, group in given.items():
        if group is None or group == "":
            continue
        if not _names_something(group):
            raise WrongFile(
                f"{path}: the group of participant {_short(person)} is not a name or number."
            )
        if _id(person) in found:
            raise WrongFile(f"{path}: participant {_short(person)} stands there twice.")
        found[_id(person)] = _id(group)
    if not found:
        raise WrongFile(f"{path}: nobody is in a group.")
    return found


# --- the files --------------------------------------------------------------------------------


def _statements(folder: Path) -> list[Statement]:
    if (folder / COMMENTS).is_file():
        path = folder / COMMENTS
        rows = _rows(path)
    elif (folder / COMMENTS_JSON).is_file():
        path = folder / COMMENTS_JSON
        rows = _objects(path, "comments")
    else:
        return []
    found: dict[str, Statement] = {}
    for where, row in rows:
        id_ = _need(path, where, row, _STATEMENT)
        if id_ in found:
            raise WrongFile(f"{path}, {where}: statement {_short(id_)} stands there twice.")
        moderated = _first(row, _MODERATED)
        text = _first(row, _TEXT)
        found[id_] = Statement(
            id_,
            "" if text is None else str(text),
            1 if moderated in (None, "") else _whole(path, where, "moderated", moderated),
            _truth(path, where, _first(row, _META)),
        )
    return list(found.values())


def _table(path: Path, known: set[str]) -> tuple[list[str], list[Vote], dict[str, str]]:
    people: list[str] = []
    votes: list[Vote] = []
    groups: dict[str, str] = {}
    met: set[str] = set()
    for where, row in _rows(path):
        person = _need(path, where, row, _PARTICIPANT)
        if person in met:
            raise WrongFile(f"{path}, {where}: participant {_short(person)} stands there twice.")
        met.add(person)
        people.append(person)
        group = _first(row, _GROUP)
        if group not in (None, ""):
            groups[person] = _id(group)
        for name, value in row.items():
            column = _id(name)
            if value in (None, "") or not (column.isdecimal() or column in known):
                continue
            votes.append(Vote(person, column, _side(path, where, value)))
    if not people:
        raise WrongFile(f"{path}: there are no participants in it.")
    if not votes:
        raise WrongFile(f"{path}: there are no votes in it.")
    return people, votes, groups


def _votes(path: Path, rows: Iterator[tuple[str, Mapping[str, Any]]]) -> list[Vote]:
    found = [
        Vote(
            _need(path, where, row, _PARTICIPANT),
            _need(path, where, row, _STATEMENT),
            _side(path, where, _need(path, where, row, _VOTE)),
            _moment(path, where, row),
        )
        for where, row in rows
    ]
    if not found:
        raise WrongFile(f"{path}: there are no votes in it.")
    return found


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a CSV file, each with where it ends: ``line 7``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names = [_name(one) for one in next(reader, [])]
            if not any(names):
                raise WrongFile(f"{path}: this file is empty.")
            if len(set(names)) < len(names):
                raise WrongFile(f"{path}: two columns have the same name.")
            for row in reader:
                if not any(row):
                    continue
                if len(row) != len(names):
                    raise WrongFile(
                        f"{path}, line {reader.line_num}: {len(row)} cells where the first line"
                        f" names {len(names)} columns."
                    )
                cells = (one.strip() for one in row)
                yield f"line {reader.line_num}", dict(zip(names, cells, strict=True))
    except UnicodeDecodeError as fault:
        raise WrongFile(f"{path}: this is not UTF-8 text ({fault.reason}).") from fault
    except csv.Error as fault:
        raise WrongFile(f"{path}: this is not CSV ({fault}).") from fault
    except OSError as fault:
        raise WrongFile(f"{path}: {fault.strerror}.") from fault


def _objects(path: Path, inside: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a JSON list, each with where it stands: ``entry 7``, from 1."""
    given = _json(path)
    if isinstance(given, dict):
        given = given.get(inside)
    if not isinstance(given, list):
        raise WrongFile(f"{path}: this is not a list of {inside}.")
    for place, one in enumerate(given, 1):
        if not isinstance(one, dict):
            raise WrongFile(f"{path}, entry {place}: this is not an object.")
        yield f"entry {place}", {_name(name): value for name, value in one.items()}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise WrongFile(f"{path}: this is not UTF-8 text ({fault.reason}).") from fault
    except (ValueError, RecursionError) as fault:
        raise WrongFile(f"{path}: this is not JSON ({fault}).") from fault
    except OSError as fault:
        raise WrongFile(f"{path}: {fault.strerror}.") from fault


# --- cells ------------------------------------------------------------------------------------


def _name(header: str) -> str:
    return header.strip().lower().replace("-", "_").replace(" ", "_")


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of these columns that is there and says something."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _need(path: Path, where: str, row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """What must stand there, as text."""
    value, called = _first(row, names), names[0].replace("_", "-")
    if value is None:
        raise WrongFile(f"{path}, {where}: there is no {called}.")
    if not _names_something(value):
        raise WrongFile(f"{path}, {where}: the {called} is not a name or number.")
    return _id(value)


def _names_something(value: object) -> bool:
    """Whether a value of JSON can be an id, a group or an answer."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _short(value: object) -> str:
    """The beginning of what was given, as a sentence about it quotes it."""
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _id(value: object) -> str:
    """An id as text: ``7``, ``7.0`` and ``"7"`` are one."""
    text = str(value).strip()
    head, dot, tail = text.partition(".")
    return head if dot and head.isdecimal() and not tail.strip("0") else text


def _whole(path: Path, where: str, what: str, value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    text = str(value).strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if number not in (-1, 0, 1):
        raise WrongFile(f"{path}, {where}: {what} is “{_short(value)}”, not 1, 0 or -1.")
    return int(number)


def _side(path: Path, where: str, value: object) -> int:
    return _whole(path, where, "the vote", value)


def _truth(path: Path, where: str, value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise WrongFile(f"{path}, {where}: is-meta is “{_short(value)}”, not true or false.")


def _moment(path: Path, where: str, row: Mapping[str, Any]) -> float:
    """When a vote was cast, as a number that only orders; rows that do not say keep their order."""
    value = _first(row, _WHEN)
    if value is None:
        return 0.0
    try:
        number = float(value)
    except (TypeError, ValueError):
        try:
            return dt.datetime.fromisoformat(str(value)).timestamp() * 1000
        except ValueError:
            number = math.nan
    if not math.isfinite(number):
        raise WrongFile(f"{path}, {where}: “{_short(value)}” is not a moment.")
    return number
