"""Words of sites and matching: what a site is, offers and asks, why one does not fit; notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.rules.sites import BY_CODE
from veche.core.notices.words import say

Words = Mapping[str, str | Promise]

ENVIRONMENTS: Words = {
    "street": _("street"),
    "park": _("park or yard"),
    "indoors": _("public building"),
    "home": _("homes"),
    "school": _("school or kindergarten"),
    "clinic": _("clinic or hospital"),
    "shop": _("shop or market"),
    "vehicle": _("vehicle"),
    "depot": _("depot or workshop"),
    "water": _("water"),
    "rooftop": _("roof"),
    "online": _("online, without a place"),
}
GROUPS: Words = {
    "everybody": _("everybody"),
    "children": _("small children"),
    "pupils": _("pupils"),
    "old": _("older people"),
    "disabled": _("people with disabilities"),
    "patients": _("patients"),
    "passengers": _("passengers"),
    "staff": _("staff of the city"),
    "owners": _("owners of flats"),
}
FEATURES: Words = {
    "power": _("electricity"),
    "charging": _("charging of vehicles"),
    "network": _("wired network or Wi-Fi"),
    "mobile_network": _("mobile network"),
    "water_supply": _("water and drain"),
    "step_free": _("entrance without steps"),
    "lift": _("lift"),
    "toilet": _("toilet that wheelchairs can use"),
    "open_at_night": _("open at night"),
    "open_at_weekends": _("open at weekends"),
    "parking": _("parking"),
    "roofed": _("under a roof"),
    "heated": _("heated"),
    "lit": _("lit"),
    "guarded": _("guarded"),
    "storage": _("a room to lock things in"),
    "staff": _("somebody of the site helps"),
    "ethics_board": _("its own ethics board"),
    "consent_room": _("a quiet place to ask for consent"),
    "area": _("free area"),
    "height": _("free height"),
    "load": _("load it bears"),
    "power_kw": _("electric power"),
    "people": _("people a month"),
    "insurance": _("insurance against damage"),
    "certificate": _("certificate of safety"),
    "ethics_approval": _("approval of an ethics board"),
    "no_faces": _("no recording of faces or voices"),
    "own_staff": _("the company's own staff on the spot"),
    "own_power": _("its own electricity"),
    "quiet": _("no noise"),
    "cleared_staff": _("staff that may work with children"),
    "restores": _("the place is put back as it was"),
}
CRITERIA: Words = {
    "fit": _("fits what is needed"),
    "reach": _("reaches those it is for"),
    "distance": _("is near"),
    "history": _("kept earlier trials"),
}
UNITS: Words = {"m²": _("m²"), "m": _("m"), "kg": _("kg"), "kW": _("kW")}
LACKS: Words = {
    "environment": _("another kind of place"),
    "power": _("no electricity or water as needed"),
    "network": _("no network as needed"),
    "access": _("cannot be reached or entered as needed"),
    "space": _("lacks what is needed"),
    "ethics": _("personal safety is not settled"),
    "asks": _("asks for what the company does not bring"),
    "season": _("not free in the months that it can be tested in"),
    "time": _("not free long enough"),
    "taken": _("given to another application"),
    "lower": _("scores lower"),
    "not_possible": _("marked as not possible"),
    "no_sites": _("there are no sites"),
}
"""Why a site is not the one; by the codes of `veche.city.pilots.engines.match`."""
STANDINGS: Words = {
    "held": _("on hold"),
    "booked": _("booked"),
    "released": _("given back"),
}
ENDS: Words = {
    "ran-out": _("nobody answered in time"),
    "elsewhere": _("another place was taken"),
    "ended": _("the application has ended"),
}
"""Why a place was given back that nobody gave back with words of their own."""
KINDS: Words = {
    "power": _("Electricity and water"),
    "network": _("Network"),
    "access": _("Getting in"),
    "space": _("Room"),
    "ethics": _("Ethics"),
}
NOTICES: Mapping[str, str] = {
    "pilots.hold-asked": gettext_noop(
        "A place at your site is asked for, for application {number}: accept it or refuse it."
    ),
    "pilots.hold-accepted": gettext_noop("A site was accepted for application {number}."),
    "pilots.hold-refused": gettext_noop("A site gave back its place for application {number}."),
    "pilots.hold-ended": gettext_noop("A place at your site is free again: {number}."),
    "pilots.hold-ran-out": gettext_noop(
        "Nobody answered in time: the place held for application {number} is free again."
    ),
    "pilots.site-lost": gettext_noop("The site of application {number} takes no trials any more."),
    "pilots.placed": gettext_noop("Application {number} has a site. Next comes the methodology."),
    "pilots.placed-owner": gettext_noop(
        "Application {number} is to be tested at your site. You sign the agreement, too."
    ),
    "pilots.no-site": gettext_noop(
        "No site was found for your application {number}. The reason is given; you can object once."
    ),
}


def feature(code: str, value: object) -> str:
    """One feature in words: “free area: 40 m²”."""
    known = BY_CODE.get(code)
    word = str(FEATURES.get(code, code))
    if known is None or not known.number or not isinstance(value, int | float):
        return word
    from veche.look.words import number

    unit = UNITS.get(known.unit, "")
    amount = f"{number(value)} {unit}".strip()
    return gettext("{what}: {amount}").format(what=word, amount=amount)


def why(code: str, what: Sequence[str] = (), by: str = "") -> str:
    """Why a site is not the one, with what lacks or who has it."""
    word = str(LACKS.get(code, code))
    more = by or gettext(", ").join(str(FEATURES.get(one, one)) for one in what)
    return gettext("{why} ({more})").format(why=word, more=more) if more else word


def give_words() -> None:
    """Give the notices the words of this part."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
