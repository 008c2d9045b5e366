"""How sites, their windows, bookings and matching say no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, Refused
from veche.texts import TextLength


class SiteName(Invalid):
    """It has no name in any language."""

    code = "site-name"
    sentence = _("Write what the site is called, in at least one language.")
    field = "name_en"


class SiteWords(TextLength):
    """Too few or too many characters about a site."""

    code = "site-words"
    field = "text_en"


class SiteReason(TextLength):
    """Why it is closed, refused or given back: everybody asks."""

    code = "site-reason"
    field = "because"


class SiteUnclear(Invalid):
    """A code is on no list, or a value cannot be its value."""

    code = "site-unclear"
    sentence = _("“{what}” is not on the list, or cannot have this value.")


class SitePlace(Invalid):
    """It lies nowhere on earth."""

    code = "site-place"
    sentence = _("Set the pin on the map: a site lies somewhere.")
    field = "territory"


class SiteChanged(Refused):
    """Somebody changed it after the page was shown."""

    code = "site-changed"
    sentence = _(
        "Somebody changed this site meanwhile: open the page anew and look. "
        "What you wrote is kept below."
    )


class SiteClosed(Refused):
    """It takes no trials."""

    code = "site-closed"
    sentence = _("This site takes no trials: it is not published, or it was closed.")


class WindowTerm(Invalid):
    """It ends before it begins, or lasts too long."""

    code = "site-window-term"
    sentence = _("A window ends after it begins and lasts three years at most.")
    field = "ends_on"


class WindowPlaces(Invalid):
    """None, or more than anybody can have."""

    code = "site-window-places"
    sentence = _("A window has between 1 and {most} places.")
    field = "places"


class WindowsOverlap(Invalid):
    """Another window of the site has some of these days."""

    code = "site-windows-overlap"
    sentence = _("Another window of this site has some of these days: change that one instead.")
    field = "begins_on"


class WindowBooked(Refused):
    """Somebody has booked what would go."""

    code = "site-window-booked"
    sentence = _("Somebody is booked there: end that first, or leave the window as it is.")


class OutsideWindow(Invalid):
    """The days lie outside the window."""

    code = "outside-window"
    sentence = _("These days lie outside the window, which is open from {begins} to {ends}.")
    field = "begins_on"


class NoPlaceLeft(Refused):
    """Somebody else has the last place."""

    code = "no-place-left"
    sentence = _("No place is free at this site all the while: somebody else has it.")


class SiteBookedAlready(Refused):
    """The application has this site, or another, already."""

    code = "site-booked-already"
    sentence = _("This application has a site already: give that back first.")


class HoldAgain(Refused):
    """The application holds a place there already."""

    code = "held-already"
    sentence = _("A place at this site is held for this application already.")


class HoldOver(Refused):
    """It ran out or was ended."""

    code = "hold-over"
    sentence = _("This place is not held any more: it ran out or was given back.")


class NotMatching(Refused):
    """The application does not look for a site."""

    code = "not-matching"
    sentence = _("This application does not look for a site now.")


class NeedsTerm(Invalid):
    """The trial does not fit between its days."""

    code = "needs-term"
    sentence = _("A trial takes 1 to 366 days, and its last day comes after its first.")
    field = "days"


class NothingToMatch(Refused):
    """No application looks for a site."""

    code = "nothing-to-match"
    sentence = _("No application looks for a site now.")


class SiteWeights(Invalid):
    """None of the weights is above nothing."""

    code = "site-weights"
    sentence = _("Weights are numbers from 0 to 100, and at least one is above 0.")
    field = "fit"
