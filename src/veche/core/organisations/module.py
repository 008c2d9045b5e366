"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module, RulePage

MODULE = Module(
    name="organisations",
    sentence="Which office: departments and companies, roles held, who answers for what where.",
    menu=(
        MenuEntry(_("Roles"), "organisations:roles", "administrator"),
        MenuEntry(
            _("City settings"),
            "organisations:settings",
            "administrator registrar head_moderator",
            whole_city=True,
        ),
        MenuEntry(_("Letters to residents"), "organisations:letters", "clerk"),
        MenuEntry(_("My ties"), "organisations:ties", "expert panellist pilot_officer arbiter"),
    ),
    rights={
        "administrator": "Gives and ends roles, in a territory or in the whole city.",
        "clerk": "Says where somebody lives: prints letters with codes, sees people at a counter.",
    },
    rules=(
        RulePage(
            _("Roles"),
            _("Who holds which role where, and until when."),
            "organisations:roles",
            "administrator",
            whole_city=False,  # who administers a district gives the roles of the district
        ),
        RulePage(
            _("Ties and shares"),
            _("Who is tied to which organisation, and therefore may not judge it."),
            "organisations:ties-all",
            "administrator pilot_officer",
            whole_city=False,
        ),
    ),
    journal_writes={
        "organisations.role-ended": "A role was ended.",
        "organisations.term-set": "A role ends at another moment than was written at first.",
        "organisations.set": "An organisation was added or renamed.",
        "organisations.appointed": "A person was given a role.",
        "organisations.made-responsible": "An organisation answers for a theme in a territory.",
        "organisations.supplier-set": "A company is called to a kind of object.",
        "organisations.supplier-ended": "A rule about who is called to a kind of object ended.",
        "organisations.list-made": "An office made a list of people.",
        "organisations.lists-left": "Somebody who was forgotten was taken off the lists.",
        "organisations.list-replaced": "An office said anew who stands on a list of people.",
        "organisations.tie-set": "A tie of somebody to an organisation was written down or ended.",
        "organisations.tie-told-again": "The same tie was sent twice; nothing was written anew.",
        "organisations.tie-struck": "A tie that never was, was struck out.",
        "organisations.ties-recognised": "Ties that named a company by its number became its own.",
        "organisations.ties-imported": "Ties or shares were read from the file of a register.",
        "organisations.ties-forgotten": "Ties that ended long ago, or of who was forgotten, went.",
        "organisations.pairs-set": "What belongs together among accounts was found or corrected.",
        "organisations.stake-set": "A share of one organisation in another was written or ended.",
        "organisations.conflict-rule-set": "It was set from which share on owning is a conflict.",
        "organisations.set-many": "Organisations were added or renamed, many at once.",
        "organisations.appointed-many": "People were given roles, many at once.",
        "organisations.made-responsible-many": "It was set who answers for what where.",
    },
    timers={"veche.core.organisations.operations.pairs:sweep": "every day"},
    personal="veche.core.organisations.personal",
    commands="veche.core.organisations.commands:register",
    demo="veche.core.organisations.demo:load",
    datasets="veche.core.organisations.datasets:DATASETS",
    figures="veche.core.organisations.datasets:FIGURES",
)
