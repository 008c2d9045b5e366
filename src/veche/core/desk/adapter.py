"""How a module shows its matters in the one queue, and what can be done with them there.

A module writes ``desk.py`` with ``DESK = Desk(...)`` and names it in its manifest:
``Module(desk="veche.city.problems.desk:DESK")``. The queue itself reads cases only; everything a
case is about (its words, its place, its page, its forms) comes through this door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms

from veche.module import load, resolve

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from veche.core.cases.models import Case
    from veche.core.cases.procedure import Move
    from veche.core.organisations.models import Holding


@dataclass(frozen=True)
class DeskLine:
    """What the queue says of one matter."""

    title: str
    place: str
    url: str
    """The page of the matter."""
    theme: str = ""
    """What it is about, in the reader's words."""
    text: str = ""
    """The whole of what was written: for the table file and for print."""


class DeskForm(forms.Form):
    """A step typed at the desk; checked and kept, never saved here.

    ``seen`` is the number of steps of the case the officer saw; ``next`` where to go afterwards.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    next = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    words = ""
    """The field that holds what was typed: templates go there, drafts keep it."""

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        """``case`` is the one matter; None where one form is for many."""
        kwargs["initial"] = dict(kwargs.get("initial") or {})
        if case is not None:
            kwargs["initial"].setdefault("seen", case.seq)
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.case = case

    def step(self) -> dict[str, Any]:
        """The arguments of the operation, besides who, when and which case.

        For a bulk action they are kept as JSON until they are carried out.
        """
        return {}


@dataclass(frozen=True)
class DeskAction:
    """A step that can be made at the desk."""

    move: str
    """The declared move: it says who may do it and where."""
    title: str | Promise
    run: Callable[..., Any] | None = None
    """The operation: ``run(by=, at=, case=, seen=, **form.step())``; None: only at ``address``."""
    form: type[DeskForm] = DeskForm
    done: str | Promise = ""
    """What is said afterwards; ``{number}`` stands for the matter."""
    key: str = ""
    """The letter that presses it; ``a`` and ``r`` are the usual two."""
    grave: bool = False
    """It ends something against somebody's wish: drawn as such."""
    address: str = ""
    """Name of a page of the module's own for it, with the number as argument; empty: the page
    of the desk."""
    bulk: Callable[..., Mapping[int, str]] | None = None
    """The operation over many: ``bulk(by=, at=, cases={id: seen}, words={id: text}, **step)``;
    returns the sentence of refusal by case, and does the others in a few statements."""
    bulk_form: type[DeskForm] | None = None
    """The form for many, where it differs."""
    offered: Callable[[Case], bool] | None = None
    """Whether it is offered for this matter now; None: whenever the move is possible."""


@dataclass(frozen=True)
class Panel:
    """The right side of the desk: a template of the module, and what it needs."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    line: DeskLine | None = None
    """What the queue says of it, where the module knows it by now."""


@dataclass(frozen=True)
class Desk:
    """The matters of a module in the one queue."""

    title: str | Promise
    """What they are called, many of them: Problems, Letters."""
    procedures: tuple[str, ...]
    """Codes of the procedures it shows."""
    lines: Callable[[Sequence[int]], Mapping[int, DeskLine]]
    """What the queue says of these cases, in one query."""
    panel: Callable[..., Panel]
    """``panel(request, case)``: the matter in the side panel; the queue draws the forms of the
    actions below it unless ``own_forms``: then it is also given ``drafts``, by move and field."""
    actions: tuple[DeskAction, ...] = ()
    find: Callable[[str], QuerySet[Any, Any]] | None = None
    """Ids of the cases whose words or place hold a text."""
    themes: Callable[[], Mapping[str, str]] | None = None
    """Every theme by its code, in the reader's words."""
    own_forms: bool = False
    """The panel's template draws the forms of the steps itself."""

    def action(self, move: str) -> DeskAction | None:
        """The action of this move; None when the desk has none."""
        return next((one for one in self.actions if one.move == move), None)


@cache
def desks() -> tuple[Desk, ...]:
    """The desks of all installed modules, in the order of the ladder."""
    found = []
    for manifest in load():
        if manifest.desk:
            desk = resolve(manifest.desk)
            if not isinstance(desk, Desk):
                raise TypeError(f"{manifest.desk} is not a desk")
            found.append(desk)
    return tuple(found)


def desk_of(procedure: str) -> Desk | None:
    """The desk that shows the cases of a procedure; None when no module does."""
    return next((desk for desk in desks() if procedure in desk.procedures), None)


def may_move(case: Case, move: Move, held: Sequence[Holding]) -> bool:
    """Whether one of these roles lets its holder make the move."""
    from veche.core.cases.operations import in_scope

    return any(h.role == move.role and in_scope(h, case, move.scope) for h in held)


def actions_for(case: Case, held: Sequence[Holding]) -> list[DeskAction]:
    """What somebody who holds these roles can do with a case now, the usual first."""
    from veche.core.cases.queries import procedure_of

    desk = desk_of(case.procedure)
    if desk is None:
        return []
    moves = procedure_of(case).moves_from(case.state)
    possible = {move.name for move in moves if may_move(case, move, held)}
    return [
        action
        for action in desk.actions
        if action.move in possible and (action.offered is None or action.offered(case))
    ]
