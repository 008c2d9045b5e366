from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "agreements.sql").read_text()
UNDO = """
DROP TRIGGER pilots_start_signed ON cases_caseevent;
DROP FUNCTION pilots_check_start();
DROP TRIGGER pilots_trial_kept ON pilots_trial;
DROP TRIGGER pilots_trial_signed ON pilots_trial;
DROP FUNCTION pilots_check_trial();
DROP FUNCTION pilots_unsigned(bigint, timestamptz);
DROP TRIGGER pilots_hypothesis_frozen ON pilots_hypothesis;
DROP TRIGGER pilots_indicator_frozen ON pilots_indicator;
DROP FUNCTION pilots_frozen_parts();
DROP TRIGGER pilots_methodology_frozen ON pilots_methodology;
DROP TRIGGER pilots_signature_text ON pilots_signature;
DROP FUNCTION pilots_take_signature();
DROP TRIGGER pilots_signature_kept ON pilots_signature;
DROP TRIGGER pilots_party_kept ON pilots_party;
DROP TRIGGER pilots_agreement_stays ON pilots_agreement;
DROP TRIGGER pilots_agreement_kept ON pilots_agreement;
DROP FUNCTION pilots_keep_agreement();
ALTER TABLE pilots_agreement DROP CONSTRAINT pilots_agreement_digest;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_returned"),
        ("pilots", "0007_h_evaluations"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="language",
            field=models.CharField(default="en", max_length=2),
        ),
        migrations.AddField(
            model_name="methodology",
            name="note",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="signature",
            name="fingerprint",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="signature",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["company", "site", "agency"])),
                name="pilots_parts",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
