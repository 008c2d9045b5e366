"""What is published of reports and contracts: results by indicator, contracts with sums."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.figures import (
    Column,
    Dataset,
    Figure,
    count,
    count_where,
    eq,
    share,
    total,
)

_RESULTS = """
SELECT c.number AS pilot, t.number AS trial, i.code AS indicator, i.name, i.unit, i.measure,
    i.by_testers, i.direction, i.baseline, i.threshold, r.value,
    CASE WHEN NOT (i.by_testers AND r.count BETWEEN 1 AND 4) THEN r.count END AS values,
    r.met, nullif(r.words, '') AS why, e.recommendation, nullif(e.digest, '') AS digest,
    e.published_at AS published_datetime
FROM pilots_result r JOIN pilots_evaluation e ON e.id = r.evaluation_id
    JOIN pilots_trial t ON t.id = e.trial_id
    JOIN cases_case c ON c.id = t.application_id
    JOIN pilots_indicator i ON i.id = r.indicator_id
WHERE e.published_at <= %s AND c.hidden_at IS NULL
"""
_CONTRACTS = """
SELECT k.id, k.ocid, k.number, k.title, c.number AS pilot, b.code AS buyer, s.code AS supplier,
    nullif(k.method, '') AS method, k.standing, k.amount, k.currency,
    coalesce((SELECT sum(p.amount) FROM pilots_payment p WHERE p.contract_id = k.id
        AND p.superseded_by_id IS NULL), 0) AS paid,
    (SELECT count(*) FROM pilots_amendment a WHERE a.contract_id = k.id) AS amendments,
    k.signed_on AS signed, k.starts_on AS starts, k.ends_on AS ends,
    k.application_id IS NULL AS imported
FROM pilots_contract k JOIN organisations_organisation b ON b.id = k.buyer_id
    JOIN organisations_organisation s ON s.id = k.supplier_id
    LEFT JOIN cases_case c ON c.id = k.application_id
WHERE k.at <= %s AND c.hidden_at IS NULL
"""
RESULTS = Dataset(
    name="pilot_results",
    title=_("Results of pilots"),
    description=_("Each indicator of each published report against its frozen threshold."),
    columns=(
        Column("pilot", "text", _("Number of the pilot.")),
        Column("trial", "integer", _("The first trial, or one after an extension.")),
        Column("indicator", "text", _("Code of the indicator in the methodology.")),
        Column("name", "text", _("What was measured.")),
        Column("unit", "text", _("Unit of the value and the threshold.")),
        Column(
            "measure",
            "text",
            _("How one value is made of many: mean, median, share, sum, last, most or least."),
        ),
        Column("by_testers", "boolean", _("Whether residents who test were asked.")),
        Column("direction", "text", _("at_least or at_most: on which side success lies.")),
        Column("baseline", "number", _("What it was before the trial."), nullable=True),
        Column("threshold", "number", _("What it had to reach.")),
        Column("value", "number", _("What was reached; empty: not measured."), nullable=True),
        Column(
            "values",
            "integer",
            _("How many values it is of; empty: one to four residents answered."),
            nullable=True,
        ),
        Column("met", "boolean", _("Whether the threshold was met."), nullable=True),
        Column("why", "text", _("Why it was missed or not measured."), nullable=True),
        Column("recommendation", "text", _("What the agency recommends: buy, extend or stop.")),
        Column("digest", "text", _("SHA-256 of the PDF of the report."), nullable=True),
        Column("published_datetime", "moment", _("When the report was published.")),
    ),
    sql=lambda at: (_RESULTS, [at]),
    key=("pilot", "trial", "indicator"),
)
CONTRACTS = Dataset(
    name="pilot_contracts",
    title=_("Contracts that followed pilots"),
    description=_(
        "Every contract with its sum as amended and what was paid; as OCDS 1.1 at"
        " /pilots/ocds/releases.json."
    ),
    columns=(
        Column("id", "integer", _("Number of the contract's page.")),
        Column("ocid", "text", _("Identifier of the contracting process.")),
        Column("number", "text", _("Number of the contract.")),
        Column("title", "text", _("What it is about.")),
        Column("pilot", "text", _("Number of the pilot that it follows."), nullable=True),
        Column("buyer", "text", _("Code of who buys.")),
        Column("supplier", "text", _("Code of the company.")),
        Column("method", "text", _("open, selective, limited or direct."), nullable=True),
        Column("standing", "text", _("pending, active, cancelled or terminated.")),
        Column("amount", "number", _("Sum, as amended.")),
        Column("currency", "text", _("Currency of the sum (ISO 4217).")),
        Column("paid", "number", _("What was paid.")),
        Column("amendments", "integer", _("How often it was changed.")),
        Column("signed", "date", _("Day of the signature.")),
        Column("starts", "date", _("Day on which it begins."), nullable=True),
        Column("ends", "date", _("Day on which it ends."), nullable=True),
        Column("imported", "boolean", _("Whether it was read from another publisher.")),
    ),
    sql=lambda at: (_CONTRACTS, [at]),
    key=("id",),
)
DATASETS = (RESULTS, CONTRACTS)
FIGURES = (
    Figure(
        name="pilot_thresholds",
        title=_("How many thresholds did pilots meet?"),
        dataset="pilot_results",
        measures=(
            count("indicators", _("indicators in published reports")),
            count_where("met", eq("met", True), title=_("met")),
            count_where("missed", eq("met", False), title=_("missed")),
            share("met_share", eq("met", True), title=_("share that was met")),
        ),
    ),
    Figure(
        name="pilot_contract_money",
        title=_("How much money went into contracts that followed pilots in each year?"),
        dataset="pilot_contracts",
        measures=(
            count("contracts", _("contracts signed")),
            total("amount", "amount", title=_("sum of the contracts")),
            total("paid", "paid", title=_("paid by them")),
        ),
        by=("signed:year", "currency"),
        where=(eq("imported", False),),
    ),
)
