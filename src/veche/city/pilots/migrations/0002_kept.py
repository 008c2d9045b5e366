"""What the database itself keeps true of pilots, one file a part."""

from pathlib import Path

from django.db import migrations

_HERE = Path(__file__).parents[1]


def _read(*names: str) -> str:
    return "\n".join((_HERE / f"{name}.sql").read_text() for name in names)


UNDO_CALLS = """
DROP TRIGGER pilots_support_stays ON pilots_support;
DROP TRIGGER pilots_support_kept ON pilots_support;
DROP FUNCTION pilots_keep_support();
DROP TRIGGER pilots_form_kept ON pilots_formversion;
DROP FUNCTION pilots_keep_form();
DROP TRIGGER pilots_anchor_kept ON pilots_callanchor;
DROP FUNCTION pilots_keep_anchor();
DROP TRIGGER pilots_evidence_kept ON pilots_evidence;
DROP TRIGGER pilots_criterion_kept ON pilots_criterion;
DROP FUNCTION pilots_keep_of_call();
DROP TRIGGER pilots_call_kept ON pilots_call;
DROP FUNCTION pilots_keep_call();
DROP FUNCTION pilots_call_stands(bigint);
"""
UNDO_SITES = """
DROP TRIGGER pilots_window_checked ON pilots_sitewindow;
DROP FUNCTION pilots_check_window();
DROP TRIGGER pilots_booking_checked ON pilots_booking;
DROP FUNCTION pilots_check_booking();
ALTER TABLE pilots_sitewindow DROP CONSTRAINT pilots_window_during;
ALTER TABLE pilots_sitewindow DROP CONSTRAINT pilots_windows_apart;
ALTER TABLE pilots_booking DROP CONSTRAINT pilots_booking_hold;
ALTER TABLE pilots_booking DROP CONSTRAINT pilots_booking_during;
ALTER TABLE pilots_booking DROP CONSTRAINT pilots_place_once;
"""
UNDO_APPLICATIONS = """
DROP TRIGGER pilots_application_kept ON pilots_application;
DROP FUNCTION pilots_keep_application();
DROP TRIGGER pilots_answers_kept ON pilots_answer;
DROP FUNCTION pilots_keep_answer();
"""
UNDO_TRIALS = """
DROP TRIGGER pilots_measurement_of_trial ON pilots_measurement;
DROP FUNCTION pilots_check_measurements();
DROP TRIGGER pilots_measurement_stays ON pilots_measurement;
DROP TRIGGER pilots_measurement_kept ON pilots_measurement;
DROP FUNCTION pilots_keep_measurement();
DROP TRIGGER pilots_breaches_not_truncated ON pilots_breach;
DROP TRIGGER pilots_breaches_appended ON pilots_breach;
DROP VIEW pilots_stage_span;
"""
UNDO_EVALUATIONS = """
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
UNDO_AGREEMENTS = """
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
UNDO_EXPERTS = """
DROP TRIGGER pilots_panel_kept ON pilots_panel;
DROP TRIGGER pilots_item_kept ON pilots_panelitem;
DROP FUNCTION pilots_keep_panel();
DROP TRIGGER pilots_vote_kept ON pilots_panelvote;
DROP FUNCTION pilots_keep_vote();
DROP TRIGGER pilots_mark_of_call ON pilots_reviewmark;
DROP FUNCTION pilots_check_mark();
DROP TRIGGER pilots_mark_kept ON pilots_reviewmark;
DROP TRIGGER pilots_review_kept ON pilots_review;
DROP FUNCTION pilots_keep_review();
"""
UNDO_CONFLICTS = """
DROP TRIGGER pilots_votes_changed ON pilots_panelvote;
DROP TRIGGER pilots_votes_cast ON pilots_panelvote;
DROP FUNCTION pilots_check_votes();
DROP TRIGGER pilots_tasks_changed ON pilots_reviewtask;
DROP TRIGGER pilots_tasks_given ON pilots_reviewtask;
DROP FUNCTION pilots_check_tasks();
DROP FUNCTION pilots_refuse_tied(bigint[], bigint[], integer[], timestamptz[]);
"""


class Migration(migrations.Migration):

    dependencies = [
        ("pilots", "0001_start"),
        ("cases", "0007_barred"),
        ("organisations", "0006_tie_kinds"),
    ]

    operations = [
        migrations.RunSQL(_read("calls"), UNDO_CALLS),
        migrations.RunSQL(_read("sites"), UNDO_SITES),
        migrations.RunSQL(_read("applications"), UNDO_APPLICATIONS),
        migrations.RunSQL(_read("stages", "trials"), UNDO_TRIALS),
        migrations.RunSQL(_read("evaluations"), UNDO_EVALUATIONS),
        migrations.RunSQL(_read("agreements"), UNDO_AGREEMENTS),
        migrations.RunSQL(_read("experts"), UNDO_EXPERTS),
        migrations.RunSQL(_read("conflicts"), UNDO_CONFLICTS),
    ]
