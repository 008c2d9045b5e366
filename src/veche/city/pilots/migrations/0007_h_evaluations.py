"""Reports, contracts and what others published stay as they were written."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "evaluations.sql").read_text()
UNDO = """
DROP TRIGGER pilots_report_kept ON pilots_evaluation;
DROP TRIGGER pilots_report_whole ON pilots_evaluation;
DROP FUNCTION pilots_report_whole();
DROP TRIGGER pilots_result_kept ON pilots_result;
DROP TRIGGER pilots_result_fits ON pilots_result;
DROP FUNCTION pilots_result_fits();
DROP TRIGGER pilots_rollout_kept ON pilots_rollout;
DROP TRIGGER pilots_contract_kept ON pilots_contract;
DROP TRIGGER pilots_contract_stays ON pilots_contract;
DROP FUNCTION pilots_keep_contract();
DROP TRIGGER pilots_amendment_kept ON pilots_amendment;
DROP TRIGGER pilots_payment_kept ON pilots_payment;
DROP TRIGGER pilots_payment_stays ON pilots_payment;
DROP TRIGGER pilots_package_kept ON pilots_importedpackage;
DROP TRIGGER pilots_release_kept ON pilots_importedrelease;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0006_e_reaches'),
    ]

    operations = [
        migrations.RunSQL(SQL, UNDO),
    ]
