"""What nobody but its author and the moderators may read stands on no page and in no file."""

from __future__ import annotations

import uuid

from django.test import Client

from tests.cast import START
from tests.city.ideas.choosing import choosing
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import reading, writing
from veche.city.ideas.operations.merging import combine_many
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.operations.scoring import shortlist_many
from veche.core.cases.models import Case
from veche.core.moderation import operations as moderation
from veche.core.moderation.personal_data import find
from veche.project.reference import addresses

MAIL = "planted.inside.idea@quux.example"
WORDS = "The words are not about the topic of the call."
AT = START + 2 * HOUR


def plant(made: Ideas, call: Call) -> list[str]:
    """Ideas unread, turned down, removed, hidden, taken back, and a draft: their words."""
    planted = ["qxdraftvz", MAIL]
    made.draft(titles={"en": f"Draft {planted[0]}"})

    def written(kind: str) -> Idea:
        word = f"qx{kind}vz"
        planted.extend((f"{word}title", f"{word}text"))
        return made.written(
            call,
            submission=uuid.uuid4(),
            title=f"Idea {word}title",
            text=f"These words of an idea are long enough: {word}text.",
        )

    by, author = made.town.moderator, made.town.resident
    written("unread")
    turned, removed, hidden = written("rejected"), written("removed"), written("hidden")
    dropped = written("dropped")
    reading.reject(by=by, at=AT, case=turned.case, reason="unclear", text=WORDS)
    for one in (removed, hidden):
        reading.accept(by=by, at=AT, case=one.case)
    reading.remove(by=by, at=AT + HOUR, case=removed.case, reason="spam", text=WORDS)
    moderation.hide_matter(by=by, at=AT + HOUR, case=hidden.case, reason="personal-data")
    writing.withdraw(by=author, at=AT, case=dropped.case)
    text = f"Write to {MAIL}, we gather at the school on Sunday."
    idea = made.idea_of(call, text=text)
    case = Idea.objects.select_related("case").get(pk=idea.pk).case
    writing.reword(by=author, at=AT + HOUR, case=case, title="In other words", text=f"{text} Come.")
    found = find(f"{text} Come.")
    moderation.hide_words(by=by, at=AT + 2 * HOUR, case=case, field="text", findings=found)
    return planted


def test_no_page_tells_what_was_not_published(made: Ideas) -> None:
    call = made.calling()
    planted = plant(made, call)
    numbers = list(Case.objects.values_list("number", flat=True))
    urls = ["/en/", "/en/moderation/", "/en/notices/feed.atom"]
    urls += [f"/en/ideas/calls/{call.case.number}/?q=qx", "/en/ideas/calls.csv"]
    for pattern, _name, _view in addresses():
        if "/ideas/" in pattern and pattern.count("<") <= 2:
            shape = pattern.replace("<language>", "en")
            left = shape.partition("<")[2].partition(">")[0]
            urls += [shape.replace(f"<{left}>", one) for one in numbers] if left else [shape]
    assert len(urls) > 20 * len(numbers)
    answered = 0
    for person in (None, made.town.neighbour, made.town.dispatcher):
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        for url in dict.fromkeys(urls):
            answer = client.get(url)
            body = b"".join(answer) if answer.streaming else answer.content
            assert answer.status_code != 500, url
            answered += answer.status_code == 200
            text = body.decode("utf-8", "replace")
            assert [one for one in planted if one in text] == [], url
    assert answered > 30


def test_what_an_idea_was_joined_to_is_not_told_once_nobody_may_read_it(db: None) -> None:
    """Neither on its page, nor in its story, nor among the ideas of its author and supporters."""
    made = choosing()
    parent, child = made.idea("A qxparentvz crossing"), made.idea("A zebra", by=made.people[0])
    rate(by=made.people[1], at=START, idea=child.pk, value=1)
    who = made.town.facilitator
    combine_many(
        by=who, at=START + HOUR, ideas=[child.pk], into=parent.pk, reason="They say the same."
    )
    shortlist_many(by=who, at=START + 2 * HOUR, ideas=[parent.pk], text="It is wanted by many.")
    page = f"/en/ideas/{child.case.number}/"
    pages = (page, f"{page}story/", "/en/ideas/mine/")

    def told() -> list[str]:
        found = []
        for url in pages:
            for person in made.people[:2]:
                client = Client()
                client.force_login(person)
                found.append(client.get(url, follow=True).content.decode())
        return found

    assert all("qxparentvz" in text for text in told())
    moderation.hide_matter(
        by=made.town.moderator, at=START + DAY, case=parent.case, reason="personal-data"
    )
    assert not any("qxparentvz" in text for text in told())
    client = Client()
    client.force_login(who)
    assert f"{page}separate/" in client.get(page).content.decode()
