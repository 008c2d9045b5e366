"""Residents test: they join with consent, answer, leave, are told the outcome, and are unlinked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.conflicts import may_see
from veche.city.pilots.access.trials import check_agency
from veche.city.pilots.models import Indicator, Tester, TesterAnswer, TesterQuota, Trial
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.measurements import UnknownIndicator, measured
from veche.city.pilots.operations.trial_guard import held_together, tell_testers
from veche.city.pilots.rules.testers import (
    AGES,
    CONSENT,
    KEPT,
    KEPT_UNTOLD,
    KINDS,
    LONGEST_WORDS,
    MINOR,
    scale_of,
)
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.journal.models import Record
    from veche.core.people.models import Person

MOST_WANTED = 10_000


class TrialOver(Refused):
    """Nobody joins a trial that has ended."""

    code = "trial-over"
    sentence = _("This trial has ended: nobody joins it any more.")


class AnswersOver(Refused):
    """What testers said together is told already."""

    code = "trial-answers-over"
    sentence = _("This trial has ended: answers are not taken any more.")


class ConsentNeeded(Invalid):
    """Nobody tests without having consented to the present text."""

    code = "tester-consent"
    sentence = _("Read what is asked and kept, and say that you agree.")
    field = "consent"


class AgeUnknown(Invalid):
    """Not one of the bands."""

    code = "tester-age"
    sentence = _("Choose one of the ages, or leave it out.")
    field = "age"


class GuardianNeeded(Invalid):
    """Somebody under eighteen needs a parent's word."""

    code = "tester-guardian"
    sentence = _(
        "Under eighteen you need the word of a parent or guardian: ask them, then tick it."
    )
    field = "guardian"


class NotATester(NotFound):
    """Somebody who does not test there."""

    code = "not-a-tester"
    sentence = _("You do not test here: join first.")


class MarkWrong(Invalid):
    """An answer that the question does not allow."""

    code = "tester-answer"
    sentence = _("This cannot be an answer to “{name}”.")


class TiedTester(Refused):
    """Who is tied to the company does not say whether its solution is good."""

    code = "tester-tied"
    sentence = _(
        "You are tied to the company that made this, so you cannot test it: what testers say"
        " decides about it."
    )


class QuotaWrong(Invalid):
    """A plan that cannot be."""

    code = "tester-quota"
    sentence = _("Plan each kind of testers as a whole number from 0 to {most}.")


@operation
def set_quota(
    *, by: Person | None, at: dt.datetime, trial: Trial, wanted: Mapping[str, int | None]
) -> dict[str, int]:
    """Plan how many testers of each kind are wanted; None: of that kind nothing is planned.

    Raises:
        NotTheAgency: only the agency plans the mix.
        TrialOver: the trial has ended.
        QuotaWrong: an unknown kind, or no number from nought on.
    """
    application = locked(trial.application_id)
    check_agency(by, at, application)
    trial = Trial.objects.get(pk=trial.pk)
    if trial.ended_at is not None:
        raise TrialOver
    for kind, count in wanted.items():
        if kind not in KINDS or (count is not None and not 0 <= count <= MOST_WANTED):
            raise QuotaWrong(most=MOST_WANTED)
    kept = {kind: count for kind, count in wanted.items() if count is not None}
    TesterQuota.objects.filter(trial=trial).exclude(kind__in=kept).delete()
    for kind, count in kept.items():
        TesterQuota.objects.update_or_create(trial=trial, kind=kind, defaults={"wanted": count})
    record(
        kind="pilot.quota-set",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"trial": trial.number, "wanted": kept},
    )
    return kept


@operation
def enrol(
    *,
    by: Person,
    at: dt.datetime,
    trial: Trial,
    consent: str,
    age: str = "",
    disability: bool | None = None,
    guardian: bool = False,
) -> Tester:
    """Somebody tests from now on; who has joined already stays the one tester they are, with what
    they say of themselves now. The journal says that somebody joined, never who.

    Raises:
        TrialOver: the trial has ended, or was never begun.
        TiedTester: a tie to the company stands against it.
        ConsentNeeded: they did not consent to the text that is shown now.
        AgeUnknown: no such band.
        GuardianNeeded: they are under eighteen and nobody has agreed.
    """
    application = held_together(trial.application_id)
    trial = Trial.objects.get(pk=trial.pk)
    # Past its last day nobody joins any more, though the agency has still to end it.
    over = trial.ended_at is not None or at >= trial.ends_at
    if over or application.case.state != "running":
        raise TrialOver
    if not may_see(by, application, at):
        raise TiedTester
    if consent != CONSENT:
        raise ConsentNeeded
    if age and age not in AGES:
        raise AgeUnknown
    if age == MINOR and not guardian:
        raise GuardianNeeded
    said = {"age": age, "disability": disability, "guardian": guardian and age == MINOR}
    tester, new = Tester.objects.get_or_create(
        trial=trial, person=by, defaults={"consent": consent, "consented_at": at, **said}
    )
    if not new:
        Tester.objects.filter(pk=tester.pk).update(consent=consent, **said)
        tester.refresh_from_db()
    record(
        kind="pilot.tester-joined" if new else "pilot.tester-told-again",
        by=None,  # the journal is for ever and open: it does not hold who tests
        at=at,
        subject=subject(application.case),
        public={"trial": trial.number, "consent": consent},
    )
    return tester


@operation
def leave(*, by: Person, at: dt.datetime, trial: Trial) -> None:
    """Take the consent back: the answers are deleted, what the tester said of themselves is
    blanked, and nothing leads from the row that stays to the person. Possible at any time.

    Raises:
        NotATester: they do not test there.
    """
    tester = _tester(trial, by)
    _forget(tester, at)
    record(
        kind="pilot.tester-left",
        by=None,
        at=at,
        subject=subject(trial.application.case),
        public={"trial": trial.number},
    )


def _tester(trial: Trial, person: Person) -> Tester:
    rows = Tester.objects.select_for_update(of=("self",))
    found = rows.filter(trial=trial, person=person, left_at__isnull=True).first()
    if found is None:
        raise NotATester
    return found


@inside
def _forget(tester: Tester, at: dt.datetime) -> None:
    TesterAnswer.objects.filter(tester=tester).delete()
    tester.person, tester.age, tester.disability, tester.guardian = None, "", None, False
    tester.left_at = at
    tester.save(update_fields=["person", "age", "disability", "guardian", "left_at"])


@dataclass(frozen=True)
class Given:
    """An answer to one indicator."""

    value: float | None
    words: str = ""
    public: bool = False
    """Whether everybody may read the words."""


@operation
def answer(
    *, by: Person, at: dt.datetime, trial: Trial, given: Mapping[str, Given]
) -> list[TesterAnswer]:
    """Answer for indicators, by their codes; what was answered before is replaced, an answer
    without value and words is taken away. Possible until the trial ends: from then on what all
    said together is told, and one more answer could be reckoned from the difference.

    Raises:
        NotATester: they do not test there.
        TiedTester: a tie to the company stands against it by now.
        NotMeasured, AnswersOver: the trial has ended.
        UnknownIndicator: the testers are not asked for it.
        MarkWrong: no such mark.
    """
    trial = measured(trial, together=True)
    if trial.ended_at is not None:
        raise AnswersOver
    tester = _tester(trial, by)
    if not may_see(by, trial.application, at):
        raise TiedTester
    asked = {
        one.code: one
        for one in Indicator.objects.filter(methodology=trial.methodology_id, by_testers=True)
    }
    made: list[TesterAnswer] = []
    for code, said in given.items():
        indicator = asked.get(code)
        if indicator is None:
            raise UnknownIndicator(asked=code[:40])
        words = said.words.strip()[:LONGEST_WORDS]
        if said.value is not None:
            if not scale_of(indicator.unit, indicator.measure).allows(said.value):
                raise MarkWrong(name=indicator.name)
        elif not words:
            TesterAnswer.objects.filter(tester=tester, indicator=indicator).delete()
            continue
        made.append(
            TesterAnswer.objects.update_or_create(
                tester=tester,
                indicator=indicator,
                defaults={
                    "value": said.value,
                    "words": words,
                    "at": at,
                    "public": bool(words) and said.public,
                },
            )[0]
        )
    record(
        kind="pilot.tester-answered",
        by=None,
        at=at,
        subject=subject(trial.application.case),
        public={"trial": trial.number},
    )
    return made


@operation
def tell_outcome(*, by: Person | None, at: dt.datetime, trial: Trial) -> int:
    """Tell everybody who tested what became of it: that the report is out, or later what the
    department answered; a few statements however many they are. Who tested at a site that was lost
    is told with them. Returns how many were told.
    """
    application = locked(trial.application_id)
    report = application.case.state == "answering"
    kind = "pilot.testers-report" if report else "pilot.testers-answer"
    own = Q(pk=trial.pk) | Q(application=application, ended_how=Trial.How.SITE)
    told = 0
    for one in Trial.objects.filter(own).order_by("number"):
        told += tell_testers(by=by, at=at, trial=one, kind=kind)
        people = Tester.objects.filter(trial=one, person__isnull=False, left_at__isnull=True)
        people.update(told_at=at)
        Trial.objects.filter(pk=one.pk).update(told_at=at)
    record(
        kind="pilot.outcome-told",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"trial": trial.number, "outcome": "report" if report else application.answer},
    )
    return told


def hear_published(*, records: Sequence[Record], at: dt.datetime) -> None:
    """A report was published: its testers are told, once. A listener, which may be called twice
    and late."""
    numbers = {one.subject.partition(":")[2] for one in records}
    rows = Trial.objects.filter(
        application__case__number__in=numbers,
        application__case__state="answering",
        ended_at__isnull=False,
        told_at__isnull=True,
    )
    newest = {one.application_id: one for one in rows.order_by("number")}
    for trial in newest.values():
        tell_outcome(by=None, at=at, trial=trial)


def _over(at: dt.datetime) -> Q:
    return Q(trial__told_at__lte=at - KEPT) | Q(
        trial__told_at__isnull=True, trial__ended_at__lte=at - KEPT_UNTOLD
    )


@operation
def unlink_testers(*, by: None, at: dt.datetime) -> int:
    """Unlink testers from their answers a year after they were told the outcome (two after the end
    of a trial of which nothing was told); answers and ages stay, as nobody's. Returns how many."""
    count = Tester.objects.filter(_over(at), person__isnull=False).update(person=None)
    record(kind="pilot.testers-unlinked", by=by, at=at, subject="pilots", public={"people": count})
    return count


def sweep_testers(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while there is nobody to unlink."""
    if Tester.objects.filter(_over(at), person__isnull=False).exists():
        unlink_testers(by=None, at=at)


@operation
def erase_tester(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Somebody's account is erased: they leave every trial; of how many."""
    found = list(Tester.objects.select_for_update().filter(person=person))
    for tester in found:
        _forget(tester, at)
    record(kind="pilot.tester-left", by=None, at=at, subject="pilots", public={"erased": True})
    return len(found)
