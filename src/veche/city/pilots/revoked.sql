-- Nor does an agreement let a trial begin once a list says that a certificate was revoked before it
-- signed: the last look at each signature counts.
CREATE OR REPLACE FUNCTION pilots_unsigned(agreement bigint, moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN a.id IS NULL THEN 'there is no agreement'
        WHEN a.ended_at <= moment THEN 'the agreement has ended'
        WHEN count(p.id) <> 3 OR count(DISTINCT p.part) <> 3 THEN 'it has not three parties'
        WHEN count(DISTINCT p.organisation_id) <> 3 THEN 'its parties are not three organisations'
        WHEN count(s.id) FILTER (WHERE s.digest = a.digest) <> 3
            THEN 'it has not three signatures over its text'
        WHEN a.complete_at IS NULL THEN 'nobody found the three signatures valid'
        WHEN m.frozen_at IS NULL THEN 'its methodology is not frozen'
        WHEN m.application_id <> a.application_id THEN 'its methodology is of another application'
        WHEN bool_or('revoked' = (
                SELECT l.standing FROM pilots_signaturelook l
                WHERE l.signature_id = s.id ORDER BY l.at DESC, l.id DESC LIMIT 1))
            THEN 'a certificate was revoked before it signed'
        ELSE '' END
    FROM (SELECT agreement AS id) asked
    LEFT JOIN pilots_agreement a ON a.id = asked.id
    LEFT JOIN pilots_methodology m ON m.id = a.methodology_id
    LEFT JOIN pilots_party p ON p.agreement_id = a.id
    LEFT JOIN pilots_signature s ON s.party_id = p.id
    GROUP BY a.id, m.id
$$;
