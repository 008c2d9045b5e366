"""A small town planted with values that stand nowhere else, and must stay among a few."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import unquote

from PIL import Image
from tests.architecture import planted_pilots
from tests.cast import START
from tests.city.appeals.cast import Letters, letters
from tests.city.dispatch.incidents import planted

from veche.city.appeals import operations as appeals
from veche.city.delivery.models import Asked, Source
from veche.city.delivery.operations import acceptance, promises, steps
from veche.city.delivery.operations.promises import AskedPerson, SourceGiven
from veche.city.delivery.operations.steps import StepGiven
from veche.city.problems import operations as problems
from veche.city.problems.access import key_digest
from veche.city.problems.operations.clerk import take_report
from veche.city.problems.operations.removal import remove
from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations import climb, set_climb_step
from veche.core.files.operations import finish_withdrawals
from veche.core.files.photographs import Photograph, Rectangle, clean
from veche.core.files.queries import original_path, path_of
from veche.core.moderation import operations as moderation
from veche.core.moderation.personal_data import find
from veche.core.notices.operations import subscribing
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person, note_look

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = START + 40 * DAY
WORDS = "The hole was filled and rolled on Tuesday."
TELEPHONE, EMAIL = "+7 927 555-01-77", "planted.inside.text@quux.example"
SECRET = "planted-anonymous-secret-8841"


WORD = re.compile(r"qx\d+vz[0-9a-f]{6}")
"""The shape of a word that `Plants.word` makes."""


class Plants:
    """The values that must not come back, each with what it is."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._count = 0

    def word(self, what: str) -> str:
        """A new word that stands nowhere else."""
        self._count += 1
        word = f"qx{self._count:02d}vz{hashlib.sha256(what.encode()).hexdigest()[:6]}"
        self.values[word] = what
        return word

    def keep(self, value: str, what: str) -> str:
        """A value that exists already."""
        self.values[value] = what
        return value

    def found(self, text: str) -> list[str]:
        """What of it stands in a text, however it is escaped."""
        lower = unquote(unescape(text)).lower()
        # All words that were made are looked for at once: thousands of answers are read.
        words = set(WORD.findall(lower))
        return [
            what
            for value, what in self.values.items()
            if (value in words if WORD.fullmatch(value) else value.lower() in lower)
        ]


def picture(colour: str) -> Photograph:
    """A photograph of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return clean(out.getvalue())


class World:
    """The small town with everything that must stay among a few."""

    def __init__(self) -> None:
        self.plants = Plants()
        self.cast: Letters = letters()
        self.town = self.cast.town
        for level, (days, role) in enumerate(((0, "head"), (2, "controller"), (5, "")), 1):
            set_climb_step(by=None, at=START, level=level, days=days, role=role)
        self._people()
        self._problems()
        self._letters()
        self._promises()
        self._beside()
        self._incidents()
        self.word = planted_pilots.plant(self.town, self.plants.word)
        climb(by=None, at=NOW)

    def person(self, what: str, **role: Any) -> Person:
        """A person whose name and address are planted; with a role when one is named."""
        name, box = self.plants.word(f"name of {what}"), self.plants.word(f"address of {what}")
        early = START - 300 * DAY
        made = add_person(
            by=None, at=early, name=f"{name.title()} Petrova", email=f"{box}@example.org"
        )
        if role:
            appoint(by=None, at=early, person=made, **role)
        return made

    def _people(self) -> None:
        town = self.town
        self.author, self.neighbour = self.person("the author"), self.person("a neighbour")
        self.moderator = self.person("a moderator", role="moderator", territory=town.city)
        self.other = self.person("another moderator", role="moderator", territory=town.city)
        self.dispatcher = self.person("a dispatcher", role="dispatcher", territory=town.city)
        self.officer = self.person("an officer", role="officer", organisation=town.roads)
        self.head = self.person("a head", role="head", organisation=town.roads)
        self.clerk = self.person("a clerk", role="clerk", territory=town.city)
        self.volunteers = [
            self.person(f"volunteer {n}", role="volunteer", territory=town.city) for n in (1, 2, 3)
        ]

    def _incidents(self) -> None:
        """What callers said, what those on duty note, kinds that are closed, and drills."""
        word = self.plants.word
        planted(
            self.town,
            START + DAY,
            said=f"It smells: {word('what a caller said')}.",
            secret=f"Hidden {word('an incident of a closed kind')}",
            rehearsed=f"Rehearsal {word('the title of a drill')}",
            noted=f"Inside: {word('the inner log of an incident')}.",
        )

    def _report(self, **more: Any) -> Case:
        values: dict[str, Any] = {"by": self.author, "at": START, **more}
        return self.town.report(**values).case

    def _accepted(self, **more: Any) -> Case:
        case = self._report(**more)
        return problems.accept(by=self.moderator, at=START + HOUR, case=case)

    def _problems(self) -> None:
        plants = self.plants
        self._report(text=f"Not read yet: {plants.word('words no moderator has read')}.")
        rejected = self._report(text=f"Insult: {plants.word('words of a rejected problem')}.")
        problems.reject(
            by=self.moderator,
            at=START + HOUR,
            case=rejected,
            reason="unclear",
            text="Please say more.",
        )
        moderation.appeal(
            by=self.author, at=START + 2 * HOUR, case=rejected,
            text=f"You are wrong: {plants.word('an objection to a moderator')}.",
        )  # fmt: skip
        asked = self._report(text="Something is wrong somewhere here.")
        asked = problems.ask_author(
            by=self.moderator, at=START + HOUR, case=asked, text="Where exactly do you mean?"
        )
        problems.reply(
            by=self.author, at=START + 2 * HOUR, case=asked,
            text=f"At my flat: {plants.word('a reply to a moderator')}.",
        )  # fmt: skip
        dropped = self._report(text=f"Mistake: {plants.word('words taken back unread')}.")
        problems.withdraw(by=self.author, at=START + HOUR, case=dropped)
        removed = self._accepted(text=f"Spam: {plants.word('words of a removed problem')}.")
        remove(
            by=self.moderator,
            at=START + 2 * HOUR,
            case=removed,
            reason="spam",
            text="This is plainly spam.",
        )
        hidden = self._accepted(
            text=f"Hidden: {plants.word('words of a hidden problem')}.",
            address=f"Street {plants.word('address of a hidden problem')}",
            photographs=[picture("orange")],
        )
        moderation.hide_matter(
            by=self.moderator, at=START + 2 * HOUR, case=hidden, reason="personal-data"
        )
        self._covered()
        self._anonymous()
        self._answered()
        overdue = self._accepted(text="The bridge over the canal shakes when a bus passes.")
        assert overdue.state == "work"

    def _covered(self) -> None:
        text = f"Call {TELEPHONE} or {EMAIL}, the hole is deep."
        self.plants.keep("555-01-77", "a telephone that was covered")
        self.plants.keep(EMAIL, "an e-mail address that was covered")
        case = self._accepted(text=text, photographs=[picture("purple")])
        moderation.hide_words(
            by=self.moderator, at=START + 2 * HOUR, case=case, field="text", findings=find(text)
        )
        row = CaseFile.objects.select_related("file").get(case=case)
        self.plants.keep(row.file.digest, "the digest of a covered photograph")
        self.plants.keep(row.file.address, "the address of a covered photograph")
        moderation.cover_photograph(
            by=self.moderator, at=START + 3 * HOUR, case=case, file=row.file,
            rectangles=[Rectangle(10, 10, 30, 30)],
        )  # fmt: skip
        finish_withdrawals(
            at=START + 4 * HOUR
        )  # what the timer does when the process died on the way
        assert original_path(row.file.digest).exists()
        assert not path_of(row.file.digest).exists()
        self.covered = (case.number, row.file.address)

    def _anonymous(self) -> None:
        form = uuid.uuid4()
        digest = key_digest(SECRET)
        self.plants.keep(SECRET, "the secret of an anonymous author")
        self.plants.keep(digest, "the digest of that secret")
        self.plants.keep(str(form), "the number of a form")
        case = self._report(by=None, anonymous=True, submission=form, author_key=digest)
        problems.accept(by=self.moderator, at=START + HOUR, case=case)
        take_report(
            by=self.clerk, at=START, channel="telephone", consent=True,
            author_key=key_digest(SECRET + "2"), submission=uuid.uuid4(), category="pothole",
            text="A hole before the school gate.", longitude=49.26, latitude=53.51,
        )  # fmt: skip

    def _answered(self) -> None:
        case = self._accepted(photographs=[picture("green")])
        case = problems.hand_back(
            by=self.officer, at=START + 2 * HOUR, case=case, reason="other-office", text=WORDS,
            proposed=self.town.lights,
        )  # fmt: skip
        case = problems.reassign(
            by=self.dispatcher, at=START + 3 * HOUR, case=case, organisation=self.town.roads
        )
        problems.ask_prolongation(
            by=self.officer, at=START + 4 * HOUR, case=case, reason="weather", text=WORDS,
            until=(START + 14 * DAY).date(),
        )  # fmt: skip
        case = problems.sign_prolongation(by=self.head, at=START + 5 * HOUR, case=case)
        case = problems.answer(by=self.officer, at=START + DAY, case=case, text=WORDS)
        case = problems.confirm(by=self.author, at=START + 2 * DAY, case=case)
        problems.rate(
            by=self.author, at=START + 2 * DAY, case=case, score=2,
            text=f"Between us: {self.plants.word('words of satisfaction, for the office alone')}.",
        )  # fmt: skip
        self.followed = case

    def _letters(self) -> None:
        word = self.plants.word
        private = self.cast.write(
            by=self.author, public=False, title=f"Private {word('title of a private letter')}",
            text=f"For you alone: {word('text of a private letter')}.",
        )  # fmt: skip
        unread = self.cast.write(
            by=self.author, title=f"Unread {word('title of an unread letter')}",
            text=f"For all: {word('text of an unread letter')}.",
        )  # fmt: skip
        assert private.case.state and unread.case.state
        public = self.cast.write(by=self.author)
        appeals.accept(by=self.moderator, at=START + HOUR, case=public.case)
        self.cast.propose("missing", by=self.author, longitude=49.3, latitude=53.6)

    def _promises(self) -> None:
        """Two residents refuse what is said to be done: too few for their words to be shown."""
        word, town = self.plants.word, self.town
        promise = promises.make_promise(
            by=None, at=START, territory=town.west, office=town.roads,
            title="A crossing at the school", text="A crossing with lights where children walk.",
            sources=[SourceGiven(Source.Kind.WORD, text="The mayor, on 3 March")],
            asked=[AskedPerson(one.pk, Asked.Why.SUPPORTED)
                   for one in (self.author, self.neighbour)],
        )  # fmt: skip
        (step,) = steps.write_steps(
            by=self.officer, at=START, case=promise.case,
            steps=[StepGiven("Build it", (START + 9 * DAY).date())],
        )  # fmt: skip
        steps.start(by=self.officer, at=START + HOUR, case=promise.case)
        steps.finish_step(by=self.officer, at=START + DAY, case=step.case, text="It stands there.")
        acceptance.say_done(
            by=self.officer,
            at=START + 2 * DAY,
            case=promise.case,
            text="It stands there and works.",
        )
        for one in (self.author, self.neighbour):
            acceptance.give_verdict(
                by=one, at=START + 3 * DAY, case=promise.case, accepts=False, reason="badly",
                text=f"By my door: {word(f'why {one.pk} refused a promise')}.",
            )  # fmt: skip

    def _beside(self) -> None:
        plants = self.plants
        note_look(
            by=self.officer, at=START, person_id=self.author.pk,
            what="matter",
        )  # fmt: skip
        subscribing.subscribe(
            by=self.neighbour, at=START, wanted=subscribing.Wanted(theme="pothole")
        )
        for one in (self.author, self.neighbour):
            one.set_password(plants.word("a password"))
            one.save(update_fields=["password"])
            plants.keep(one.password, "the digest of a password")
