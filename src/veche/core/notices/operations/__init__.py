"""Everything that can be done about telling people, by its noun."""

from veche.core.notices.operations.alerting import (
    Told,
    take_alert_back,
    tell_in_house,
    tell_place,
    write_alert,
)
from veche.core.notices.operations.following import carry_followers, follow, unfollow
from veche.core.notices.operations.joining import part_followers, tell_people
from veche.core.notices.operations.letters import (
    merge_late,
    throw_away,
    write_anew,
    write_digests,
    write_told,
    write_waiting,
)
from veche.core.notices.operations.plain import Plain, write_plain
from veche.core.notices.operations.pushing import add_device, push_waiting, remove_devices
from veche.core.notices.operations.sending import note_run, send_letters
from veche.core.notices.operations.subscribing import (
    Wanted,
    ask_by_mail,
    choose_ways,
    confirm_wish,
    forget_person,
    forget_unconfirmed,
    new_calendar,
    reader_for,
    stop_letters,
    subscribe,
    unfollow_as,
    unsubscribe,
)
from veche.core.notices.operations.telling import (
    announce,
    announce_all,
    mark_seen,
    tell_followers,
    tell_followers_of_many,
    tell_subscribers,
)

__all__ = [
    "Plain",
    "Told",
    "Wanted",
    "add_device",
    "announce",
    "announce_all",
    "ask_by_mail",
    "carry_followers",
    "choose_ways",
    "confirm_wish",
    "follow",
    "forget_person",
    "forget_unconfirmed",
    "mark_seen",
    "merge_late",
    "new_calendar",
    "note_run",
    "part_followers",
    "push_waiting",
    "reader_for",
    "remove_devices",
    "send_letters",
    "stop_letters",
    "subscribe",
    "take_alert_back",
    "tell_followers",
    "tell_followers_of_many",
    "tell_in_house",
    "tell_people",
    "tell_place",
    "tell_subscribers",
    "throw_away",
    "unfollow",
    "unfollow_as",
    "unsubscribe",
    "write_alert",
    "write_anew",
    "write_digests",
    "write_plain",
    "write_told",
    "write_waiting",
]
