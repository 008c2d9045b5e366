"""The words of incidents: where one stands, what was done, how grave it is, who heard of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = Mapping[str, str | Text]

SEVERITIES: Mapping[int, str | Text] = {
    1: _("minor"),
    2: _("moderate"),
    3: _("severe"),
    4: _("extreme"),
}
"""How grave an incident is, by the words of CAP 1.2."""
TIERS: Mapping[int, str | Text] = {
    1: _("neighbourhood"),
    2: _("district"),
    3: _("city"),
}
SOURCES: Words = {
    "alarm": _("a sensor"),
    "call": _("a call"),
    "problem": _("residents' reports"),
    "cap": _("a warning of another service"),
    "officer": _("somebody on duty"),
}
VULNERABLE: Words = {
    "": _("nobody in particular"),
    "children": _("children"),
    "old": _("old people"),
    "disabled": _("people with disabilities"),
    "patients": _("patients"),
}
TERMS: Words = {
    "reported": _("To be verified"),
    "verified": _("Without a lead"),
    "dispatched": _("Not accepted yet"),
    "in_work": _("Being dealt with"),
    "done": _("To be checked on site"),
    "closed": _("Over, to be evaluated"),
    "asked": _("Asked for help"),
    "helping": _("Helping"),
}
"""What has a term of its own; what is put off has the moment that was given with the reason."""
SHOWN: Words = {
    "": _("incidents, open ones first"),
    "open": _("open incidents"),
    "late": _("late incidents"),
    "pending": _("incidents put off with a reason"),
    "ended": _("incidents that are over"),
}

STANDS: Words = {
    "reported": _("A dispatcher must make sure of it by {due}: {left}."),
    "reported-late": _("A dispatcher had to make sure of it by {due}: {left}."),
    "verified": _("It is so. A dispatcher must give it to an office by {due}: {left}."),
    "verified-late": _("It is so. A dispatcher had to give it to an office by {due}: {left}."),
    "dispatched": _("{office} must accept it by {due}: {left}."),
    "dispatched-late": _("{office} had to accept it by {due}: {left}."),
    "in_work": _("{office} is dealing with it and must be done by {due}: {left}."),
    "in_work-late": _("{office} is dealing with it and had to be done by {due}: {left}."),
    "pending": _("{office} cannot end it in time and says why. It goes on by {due}: {left}."),
    "pending-late": _("{office} could not end it in time. It had to go on by {due}: {left}."),
    "done": _("{office} says that it is done. A dispatcher must verify it on site by {due}:"
              " {left}."),
    "done-late": _("{office} says that it is done. A dispatcher had to verify it on site by"
                   " {due}: {left}."),
    "closed": _("Over: verified on site on {ended}. The control department evaluates it by"
                " {due}."),
    "evaluated": _("Over: verified on site on {ended}, and evaluated."),
    "false_alarm": _("A false alarm: nothing had happened. Found on {ended}."),
    "joined": _("It is a part of another incident, which goes on there."),
}  # fmt: skip
TASK_STANDS: Words = {
    "asked": _("must accept by {due}: {left}"),
    "asked-late": _("had to accept by {due}: {left}"),
    "in_work": _("helping, until {due}: {left}"),
    "in_work-late": _("helping, had to be done by {due}: {left}"),
    "done": _("done on {ended}"),
    "refused": _("sent it back on {ended}"),
    "dropped": _("no longer needed since {ended}"),
}

DID: Words = {
    "incident.report": _("Reported; heard of from {source}."),
    "incident.verify": _("A dispatcher verified it."),
    "incident.call_false": _("Found to be a false alarm."),
    "incident.join": _("Made a part of incident {into}."),
    "incident.dispatch": _("Given to {office}."),
    "incident.dispatch-binding": _("The tier above decided: {office} leads."),
    "incident.accept": _("{office} accepted."),
    "incident.return": _("{office} sent it back."),
    "incident.begin": _("{office} began on the spot."),
    "incident.postpone": _("{office} put it off until {until}."),
    "incident.resume": _("{office} took it up again."),
    "incident.say_done": _("{office} reported it done."),
    "incident.send_back": _("On site it was found not to be done."),
    "incident.close": _("Verified on site and closed."),
    "incident.take_away": _("A dispatcher took it from {office}."),
    "incident.reopen": _("Opened again."),
    "incident.reopen_later": _("Opened again."),
    "incident.evaluate": _("The control department evaluated it."),
    "incident.evaluate_by_times": _("Evaluated by its times: nobody had done it in time."),
    "incident_task.ask": _("{office} was asked to help."),
    "incident_task.accept": _("{office} accepted to help."),
    "incident_task.refuse": _("{office} cannot help."),
    "incident_task.begin": _("{office} began to help on the spot."),
    "incident_task.finish": _("{office} did its part."),
    "incident_task.drop": _("{office} need not help any more."),
    "incident_task.end": _("{office} need not help any more: the incident ended."),
    "entry.reported": _("Written down by the person on duty."),
    "entry.alarm": _("An alarm again."),
    "entry.told": _("Told of again."),
    "entry.note": _("Note."),
    "entry.climbed": _("A tier up: the {to} is to lead."),
    "entry.taken-up": _("The dispatchers of the {tier} took it."),
    "entry.handed-down": _("Handed down to the {to}."),
    "entry.message": _("A message to the public."),
    "entry.handed-over": _("A shift handed it over to the next."),
    "entry.linked": _("Reports of residents were linked: {matters}."),
    "entry.joined": _("Incident {incident} became a part of it."),
    "entry.cost": _("Its cost so far: {cost}."),
    "entry.mode": _("The mode of the city changed: {before} → {level}."),
    "entry.crew-sent": _("A crew was sent."),
    "entry.crew-there": _("The crew is there."),
    "entry.crew-free": _("The crew is free again."),
    "entry.sensed": _("A sensor told of it."),
    "entry.seen": _("A dispatcher looked at it."),
}
"""What happened, by ``procedure.move``, or ``entry.kind`` of a line of the log."""
TURNS = frozenset(
    {"return", "send_back", "take_away", "postpone", "reopen", "reopen_later", "call_false",
     "refuse", "climbed"}
)  # fmt: skip
"""Steps at which it went another way than hoped for."""

NOTICES: Mapping[str, str] = {
    "incident.opened": gettext_noop("Incident {number} was reported: make sure of it."),
    "incident.opened-drill": gettext_noop("Drill {number} was reported: make sure of it."),
    "incident.opened-office": gettext_noop(
        "Incident {number} was reported. Your office answers for such things: make ready."
    ),
    "incident.dispatched": gettext_noop("Incident {number}: your office leads. Accept it."),
    "incident.asked": gettext_noop("Your office is asked to help in an incident: {number}."),
    "incident.climbed": gettext_noop("Incident {number} climbed to your tier: take it up."),
    "incident.returned": gettext_noop("Incident {number} was sent back: give it to an office."),
    "incident.dispatched-drill": gettext_noop("Drill {number}: your office leads. Accept it."),
    "incident.asked-drill": gettext_noop("Your office is asked to help in a drill: {number}."),
    "incident.climbed-drill": gettext_noop("Drill {number} climbed to your tier: take it up."),
    "incident.returned-drill": gettext_noop("Drill {number} was sent back: give it to an office."),
    "incident.closed": gettext_noop("Incident {number} is over: it was verified on site."),
    "incident.false": gettext_noop("Incident {number} was a false alarm."),
    "incident.pending": gettext_noop("Incident {number} was put off; the reason is given."),
    "incident.reopened": gettext_noop("Incident {number} was opened again."),
    "incident.closed-joined": gettext_noop("The incident that {number} became a part of is over."),
    "incident.false-joined": gettext_noop(
        "The incident that {number} became a part of was a false alarm."
    ),
    "incident.reopened-joined": gettext_noop(
        "The incident that {number} became a part of was opened again."
    ),
    "incident.joined": gettext_noop("Incident {number} became a part of another one."),
    "incident.joined-drill": gettext_noop("Drill {number} became a part of another one."),
    "incident.closed-drill": gettext_noop("Drill {number} is over."),
    "incident.false-drill": gettext_noop("Drill {number} was a false alarm."),
    "incident.reopened-drill": gettext_noop("Drill {number} was opened again."),
    "incident.closed-linked": gettext_noop("The incident that {number} tells of is over."),
    "incident.false-linked": gettext_noop("The incident that {number} told of was a false alarm."),
    "incident.pending-linked": gettext_noop("The incident that {number} tells of was put off."),
    "incident.reopened-linked": gettext_noop(
        "The incident that {number} tells of was opened again."
    ),
}


def give_words() -> None:
    """Give the notices of incidents their sentences; called when the program starts."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
