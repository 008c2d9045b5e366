"""Of what one may complain, and what follows from it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "roll": _("Somebody who may vote could not, or somebody who may not could"),
    "secrecy": _("Somebody was watched or pressed while voting"),
    "conduct": _("The vote was not held as it was announced"),
    "paper": _("Paper ballots or a polling place were not handled rightly"),
    "count": _("The count or its publication is wrong"),
    "other": _("Something else"),
}
"""What an appeal can be about."""
RULINGS = {
    "stands": _("The fault is acknowledged; it changes nothing in the outcome"),
    "recount": _("The ballots are counted again"),
    "ballots": _("Ballots are annulled"),
    "papers": _("Piles of paper are annulled or counted again"),
    "vote": _("The whole vote is annulled"),
}
"""What follows from an appeal that is upheld."""
