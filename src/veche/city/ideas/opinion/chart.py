"""A whole map: groups, numbers, what is said about them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from veche.city.ideas.opinion import grouping
from veche.city.ideas.opinion.numbers import Numbers, Said, count, explain
from veche.city.ideas.opinion.votes import Conversation, Floats, Whole, in_order

TOLD = 5
"""Statements that all agree with, and that divide, in what is printed."""


@dataclass(frozen=True)
class Chart:
    """What was computed of a conversation."""

    conversation: Conversation
    points: Floats
    labels: Whole
    names: tuple[str, ...]
    """The name of each group, in the order of the labels."""
    numbers: Numbers
    seconds: float

    def explained(self) -> list[dict[str, Any]]:
        """Of each group: how many it has, and the statements that represent it, with numbers."""
        counted = self.conversation.counted.astype(np.float64)
        return [
            {
                "group": name,
                "members": int(self.numbers.members[group]),
                "statements": [
                    self._statement(group, one) for one in explain(self.numbers, group, counted)
                ],
            }
            for group, name in enumerate(self.names)
        ]

    def _statement(self, group: int, said: Said) -> dict[str, Any]:
        statement = self.conversation.statements[said.statement]
        return {
            "statement": statement.id,
            "text": statement.text,
            "says": "agree" if said.agrees else "disagree",
            **self._cell(group, said.statement),
            "share": said.share,
            "representativeness": said.representative,
            "sure": said.sure,
            "surer": said.surer,
        }

    def _cell(self, group: int, statement: int) -> dict[str, int]:
        table = self.numbers
        return {
            "agree": int(table.agree[group, statement]),
            "disagree": int(table.disagree[group, statement]),
            "seen": int(table.seen[group, statement]),
        }

    def best(self, values: Floats) -> list[int]:
        """The columns with the greatest values that may be named and were seen by every group."""
        possible = np.flatnonzero(self.conversation.counted & (self.numbers.seen > 0).all(axis=0))
        order: list[int] = possible[np.argsort(-values[possible], kind="stable")].tolist()
        return order

    def as_json(self) -> dict[str, Any]:
        """As ``veche ideas opinion-map --json`` prints it; ids are texts.

        Numbers are given of every statement, also of those that were rejected or only say who
        one is: those took no part in making groups and are not named as representative.
        """
        people, statements = self.conversation.participants, self.conversation.statements
        table, representative = self.numbers, self.numbers.representative
        against = self.numbers.representative_against
        consensus, gap = table.consensus, table.gap
        groups = {
            person: self.names[label]
            for person, label in zip(people, self.labels.tolist(), strict=True)
            if label >= 0
        }
        return {
            "groups": groups,
            "group_votes": {
                name: {one.id: self._cell(group, column) for column, one in enumerate(statements)}
                for group, name in enumerate(self.names)
            },
            "representativeness": self._by_group(representative),
            "representativeness_against": self._by_group(against),
            "consensus": self._by_statement(consensus) if self.names else {},
            "explained": self.explained(),
            "agreed": [statements[one].id for one in self.best(consensus)[:TOLD]],
            "divides": [
                {"statement": statements[one].id, "gap": float(gap[one])}
                for one in self.best(gap)[:TOLD]
            ],
            "points": {
                person: [float(x), float(y)]
                for person, (x, y) in zip(people, self.points.tolist(), strict=True)
                if person in groups
            },
            "participants": len(people),
            "statements": len(statements),
            "counted": int(self.conversation.counted.sum()),
            "votes": self.conversation.votes,
            "seconds": self.seconds,
        }

    def _by_statement(self, values: Floats) -> dict[str, float]:
        return {
            one.id: float(value)
            for one, value in zip(self.conversation.statements, values, strict=True)
        }

    def _by_group(self, values: Floats) -> dict[str, dict[str, float]]:
        return {name: self._by_statement(row) for name, row in zip(self.names, values, strict=True)}


def draw(conversation: Conversation, given: Mapping[str, str] | None = None) -> Chart:
    """Compute the map; ``given``: participant → group, to be taken as it is.

    A group nobody of which took part is none: it would count in every product as one half.
    """
    begun = time.perf_counter()
    if given is None:
        points, labels = grouping.groups(conversation)
        names = tuple(str(one) for one in range(int(labels.max(initial=-1)) + 1))
    else:
        points = grouping.plane(conversation.table[:, conversation.counted])
        names = tuple(in_order(given[one] for one in conversation.participants if one in given))
        place = {name: index for index, name in enumerate(names)}
        labels = np.array(
            [
                place[given[person]] if person in given else -1
                for person in conversation.participants
            ],
            dtype=np.int64,
        )
    counted = count(conversation.table, labels, len(names))
    return Chart(conversation, points, labels, names, counted, time.perf_counter() - begun)
