"""What the desk refuses, and in which words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused


class NotAtDesk(NotAllowed):
    """The person holds no role by which anything waits for them."""

    code = "not-at-desk"
    sentence = _("This page is for those who work for the city. Ask your administrator for a role.")


class NotYourOffice(NotAllowed):
    """What is shared by an office is changed by its people only."""

    code = "not-your-office"
    sentence = _("Only people of this office may change what it shares.")


class TakenByOther(Refused):
    """A colleague has taken the matter meanwhile."""

    code = "taken-by-other"
    sentence = _("{name} has taken this matter. You can take it over from them.")


class NameMissing(Invalid):
    """What is kept needs a name."""

    code = "name-missing"
    sentence = _("Give it a name of at most 60 characters.")
    field = "title"


class NothingChosen(Invalid):
    """A change of many without any matter."""

    code = "nothing-chosen"
    sentence = _("No matter was chosen. Tick some in the list.")


class TooManyChosen(Invalid):
    """More matters than one change takes."""

    code = "too-many-chosen"
    sentence = _("At most {most} matters can be changed at once; {count} were chosen.")


class NotForMany(Invalid):
    """The step cannot be made for many at once."""

    code = "not-for-many"
    sentence = _("This step is made one by one: open each matter.")


class TooLateToUndo(Refused):
    """The change was carried out already."""

    code = "too-late-to-undo"
    sentence = _("This was carried out at {when} and can no longer be undone.")
