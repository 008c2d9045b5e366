"""How reports, answers, roll-outs and contracts say no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused
from veche.texts import TextLength


class NoTrialToJudge(Refused):
    """The trial has not ended, or there was none."""

    code = "no-trial-to-judge"
    sentence = _("A report is written when the trial has ended.")


class ReportPublished(Refused):
    """What is published stays as it is."""

    code = "report-published"
    sentence = _("The report of this trial is published: it is never changed.")


class NoReport(Refused):
    """Nothing was written yet."""

    code = "no-report"
    sentence = _("Write the report first.")


class ReportChanged(Refused):
    """Somebody else kept another draft meanwhile."""

    code = "report-changed"
    sentence = _(
        "Somebody else has changed the report meanwhile. What you wrote is kept below; look at"
        " theirs in another window before you send it again."
    )


class WhyMissing(Invalid):
    """A missed or unmeasured indicator is explained in words."""

    code = "why-missing"
    sentence = _("Say why, for each indicator that was missed or not measured: {names}.")


class WhyLength(TextLength):
    """The words about one indicator are too short or too long."""

    code = "why-length"


class NoDepartment(Refused):
    """Nobody supervises the trial."""

    code = "no-department"
    sentence = _("No department supervises this trial: nobody could answer.")


class NotTheDepartment(NotAllowed):
    """They do not answer for the department that supervised the trial."""

    code = "not-the-department"
    sentence = _("Only an officer of the department that supervised the trial answers.")


class UnknownAnswer(Invalid):
    """None of the three."""

    code = "unknown-answer"
    sentence = _("Choose one: buy, extend or stop.")
    field = "answer"


class NoRollOut(Invalid):
    """Whoever buys says where it is used."""

    code = "no-rollout"
    sentence = _("Say where the city will use it, from when on and how much of it.")
    field = "scope"


class NotRolledOut(Refused):
    """The department did not buy."""

    code = "not-rolled-out"
    sentence = _("The department has not answered that it buys this.")


class NotBeforeNow(Invalid):
    """A number below what makes sense."""

    code = "units-wrong"
    sentence = _("Write a whole number from 1 on, or leave it empty.")
    field = "units"


class AlreadyWritten(Refused):
    """The same press wrote it before."""

    code = "already-written"
    sentence = _("This was written down already.")


class NotForContracts(NotAllowed):
    """They buy nothing here."""

    code = "not-for-contracts"
    sentence = _("Only the department that buys, or the agency, writes contracts down.")


class NotPublicYet(Refused):
    """A contract follows a decision."""

    code = "no-contract-yet"
    sentence = _("A contract is written down after the panel has chosen the solution.")


class MoneyWrong(Invalid):
    """No sum that a contract could have."""

    code = "money-wrong"
    sentence = _("Write a sum of money, such as 1500000.00; it is not below zero.")
    field = "amount"


class CurrencyUnknown(Refused):
    """The programme counts in a currency that contracts cannot be published in."""

    code = "currency-unknown"
    sentence = _("“{currency}” is no currency of ISO 4217: the agency sets another one first.")


class PaymentWrong(Invalid):
    """No sum that could have been paid."""

    code = "payment-wrong"
    sentence = _("Write the sum that was paid; below zero where money came back, never zero.")
    field = "amount"


class DatesWrong(Invalid):
    """It ends before it begins, or lies in the future."""

    code = "dates-wrong"
    sentence = _("The end lies after the beginning, and what was signed or paid lies in the past.")
    field = "on"


class NumberTaken(Invalid):
    """The contract, or the payment, is there."""

    code = "number-taken"
    sentence = _("Number {number} is written down here already.")
    field = "number"


class ContractEnded(Refused):
    """What has ended is not changed."""

    code = "contract-ended"
    sentence = _("This contract has ended: nothing more is changed.")


class NothingChanged(Invalid):
    """An amendment changes something."""

    code = "nothing-changed"
    sentence = _("Change the sum, the end, or where the contract stands.")
    field = "amount"


class NoSuchPayment(Invalid):
    """It is none of this contract, or another stands in its place."""

    code = "no-such-payment"
    sentence = _("Choose a payment of this contract that stands.")
    field = "instead"


class TheirOwn(Refused):
    """Others published it: it is theirs to change."""

    code = "imported-contract"
    sentence = _(
        "This contract was read from another publisher: it changes when their next release is read."
    )


class NotJson(Invalid):
    """The file is no JSON."""

    code = "not-json"
    sentence = _("The file is not JSON: {fault}.")
    field = "file"


class PackageTooLarge(Invalid):
    """The file is larger than one import takes."""

    code = "package-too-large"
    status = 413
    sentence = _("The file is larger than {most} MB. Divide it into several packages.")
    field = "file"


class BrokenPackage(Invalid):
    """The package is not as OCDS 1.1 wants it; nothing of it was kept."""

    code = "broken-package"
    sentence = _("The package is not valid OCDS 1.1, and nothing was kept. {faults}")
    field = "file"


class NoMoreToImport(Refused):
    """The same package was read before."""

    code = "package-known"
    sentence = _("This package was read before, on {day}. Nothing has changed.")
