"""What is published about organisations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count

ORGANISATIONS = Dataset(
    name="organisations",
    title=_("Organisations"),
    description=_("Departments, operators, companies and bodies of self-government."),
    columns=(
        Column("code", "text", _("Code of the organisation.")),
        Column("kind", "text", _("department, operator, company or self_government.")),
        Column("name_en", "text", _("Name in English."), nullable=True),
        Column("name_ru", "text", _("Name in Russian."), nullable=True),
        Column("name_zh", "text", _("Name in Chinese."), nullable=True),
        Column("imported", "boolean", _("Whether it was met in an import only.")),
    ),
    sql="""SELECT code, kind, names->>'en' AS name_en, names->>'ru' AS name_ru,
        names->>'zh' AS name_zh, imported FROM organisations_organisation""",
    key=("code",),
)
DATASETS = (ORGANISATIONS,)
FIGURES = (
    Figure(
        name="organisations_by_kind",
        title=_("How many organisations of each kind are there?"),
        dataset="organisations",
        by=("kind", "imported"),
        measures=(count("organisations", _("organisations")),),
    ),
)
