"""Letters about duty: that somebody stands in, asks to exchange, or has not taken a shift over."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from veche.city.dispatch.models import DutyTurn, HandOver, TurnSwap
from veche.core.people.models import Level, Person
from veche.jobs import job
from veche.languages import here
from veche.look.words import moment


def _send(person: Person, title: str, text: str) -> None:
    if person.email and person.is_active and person.level != Level.UNVERIFIED:
        EmailMessage(title, text, to=[person.email]).send()


def _turn(turn: DutyTurn) -> str:
    return _("{list}: from {since} until {until}").format(
        list=here(turn.list.names), since=moment(turn.since), until=moment(turn.until)
    )


@job
def tell_turn(*, turn: int) -> None:
    """Tell somebody that they stand in, and whose turn it was that they do."""
    found = DutyTurn.objects.select_related("list", "person", "instead_of").filter(pk=turn).first()
    if found is None:
        return
    with translation.override(found.person.language):
        _send(found.person, _("You stand in on duty"), _turn(found))
    if found.instead_of is not None:
        with translation.override(found.instead_of.language):
            said = _("{name} stands in for you").format(name=found.person)
            _send(found.instead_of, said, _turn(found))


@job
def tell_swap(*, swap: int) -> None:
    """Tell who was asked that an exchange waits for them, and who asked what was answered."""
    rows = TurnSwap.objects.select_related("mine__list", "theirs__list", "asked_by", "asked_of")
    found = rows.filter(pk=swap).first()
    if found is None:
        return
    to = found.asked_of if found.answered_at is None else found.asked_by
    with translation.override(to.language):
        if found.answered_at is None:
            title = _("{name} asks to exchange turns with you").format(name=found.asked_by)
        elif found.agreed:
            title = _("{name} has agreed to exchange turns").format(name=found.asked_of)
        else:
            title = _("{name} cannot exchange turns").format(name=found.asked_of)
        _send(to, title, f"{_turn(found.mine)}\n{_turn(found.theirs)}")


@job
def tell_hand_over(*, hand_over: int, people: Sequence[int]) -> None:
    """Tell the tier above that nobody has taken over a shift in which nothing was open."""
    found = HandOver.objects.select_related("list", "turn").filter(pk=hand_over).first()
    if found is None or found.taken_at is not None:
        return
    for person in Person.objects.filter(pk__in=list(people)):
        with translation.override(person.language):
            title = _("Nobody has taken over a shift: {list}").format(list=here(found.list.names))
            _send(person, title, _("It ended at {when}.").format(when=moment(found.turn.until)))
