"""What the cast has to do in the programme now, by the operations themselves."""

from __future__ import annotations

import datetime as dt

from veche.city.pilots.demo.setup import Ground
from veche.city.pilots.models import Application, Booking, Call
from veche.city.pilots.operations.appeals import raise_appeal
from veche.city.pilots.operations.applications import Draft, begin, save_draft, submit
from veche.city.pilots.operations.booking import hold
from veche.city.pilots.operations.screening import turn_down
from veche.core.people.models import Person

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
DRAFT = ("会说话的地图", "面向视障人士的手机地图，用语音说出前方路口和台阶。")
SENT = (
    "教室空气提醒器",
    "一台小设备，空气变差时亮灯并提醒老师开窗。半年无需更换电池，家长可在网页查看。",
)
AGAIN = ("空气罗盘", "一张桌面卡片，显示教室哪一侧最闷，无需安装。")


def load(ground: Ground) -> None:
    """The cast's founder has a draft, an application that is screened and an appeal that waits; the
    agency holds a site for another."""
    people = {one.cast: one for one in Person.objects.filter(cast__in=("founder", "programme"))}
    founder, agent = people["founder"], people["programme"]
    company, product = ground.companies[0], ground.products[0]
    at = ground.at
    rows = Call.objects.select_related("case")
    school = rows.get(case__state="open", standing=False, closes_at__gt=at, wanted=3)
    standing = rows.get(standing=True)

    def write(call: Call, words: tuple[str, str], when: dt.datetime) -> Application:
        made = begin(by=founder, at=when, call=call, company=company, product=product)
        return save_draft(
            by=founder, at=when, application=made,
            draft=Draft(
                title=words[0], text=words[1], readiness=6,
                answers={"cost": "420000", "month": "下个月"},
            ),
        )  # fmt: skip

    refused = write(school, AGAIN, at - 12 * DAY)
    refused = submit(by=founder, at=at - 12 * DAY + HOUR, application=refused)
    refused = turn_down(
        by=agent, at=at - 9 * DAY, application=refused, reason="same-again",
        text="Похожее решение этой же компании уже подано.",
    )  # fmt: skip
    raise_appeal(
        by=founder, at=at - 4 * DAY, application=refused,
        text="这是另一款产品：不需要安装，面向没有网络的学校。请再看一次。",
    )  # fmt: skip
    write(standing, DRAFT, at - 30 * HOUR)
    submit(by=founder, at=at - 26 * HOUR, application=write(school, SENT, at - 29 * HOUR))
    _held(ground, agent)


def _held(ground: Ground, agent: Person) -> None:
    """The first application that looks for a site has a place held at the cast's school."""
    looking = Application.objects.filter(case__state="matching").order_by("pk").first()
    if looking is None or Booking.objects.filter(application=looking).exists():
        return
    since = (ground.at + 10 * DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    hold(
        by=agent, at=ground.at - 5 * HOUR, application=looking, site=ground.sites[0],
        window=ground.windows[0], during=(since, since + 45 * DAY),
    )  # fmt: skip
