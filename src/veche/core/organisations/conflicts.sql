-- Who may not judge whom, and why: the one rule, asked by pages, by operations and by triggers.
--
-- years   how long a tie stands against judging after it has ended
-- people  only these accounts; null: everybody who is tied to anything
-- offices only these organisations; null: all
--
-- A share counts from `organisations_conflictrule.least_share` percent on, multiplied along every
-- chain and added over all chains and all accounts of one person. Whoever works in, governs or has
-- a contract with an organisation is tied to all that it owns so much of, and to all that own so
-- much of it.
--
-- Who worked in one place at one time is tied where they will have known each other: in a company
-- or a self-government that the city knows no more than fifty people of. Departments and operators
-- make no such ties: one colleague who founded a company would bar a whole office, and nobody were
-- left to judge. Who sits there in one team with somebody declares it, or it is written down.
CREATE OR REPLACE FUNCTION organisations_conflicts(
    moment timestamptz, years integer, people bigint[] DEFAULT NULL, offices bigint[] DEFAULT NULL
) RETURNS TABLE (
    person_id bigint, organisation_id bigint, kind text, source text, since timestamptz,
    until timestamptz, through_id bigint, other_id bigint, tie_id bigint, person_tie_id bigint
) LANGUAGE sql STABLE SET enable_nestloop = off AS $$
-- Nothing is known of the sizes of what is made on the way: loops in loops took ten seconds for
-- what takes a tenth of one.
WITH RECURSIVE rule AS MATERIALIZED (
    SELECT coalesce((SELECT least_share FROM organisations_conflictrule), 5) / 100.0 AS least,
           moment - make_interval(years => years) AS cool
), work AS (
    SELECT t.id, t.person_id, t.organisation_id, t.kind::text, t.source::text,
           least(t.since, t.declared_at) AS known, t.since, t.until,
           coalesce(t.share, 100) / 100.0 AS share
    FROM organisations_tie t
    WHERE t.organisation_id IS NOT NULL AND (t.struck_at IS NULL OR t.struck_at > moment)
        AND least(t.since, t.declared_at) <= moment
    UNION ALL
    -- A role held in an organisation is a tie by itself.
    SELECT NULL, h.person_id, h.organisation_id, 'employment', 'role', h.since, h.since, h.until, 1
    FROM organisations_holding h WHERE h.organisation_id IS NOT NULL AND h.since <= moment
), pairs AS (
    SELECT p.id, p.kind::text, p.source::text, p.declared_at, p.one_id AS mine,
           p.other_id AS theirs
    FROM organisations_persontie p
    WHERE p.declared_at <= moment AND (p.standing = 'confirmed'
        OR (p.kind = 'same_person' AND p.standing = 'possible'))
    UNION ALL
    SELECT p.id, p.kind::text, p.source::text, p.declared_at, p.other_id, p.one_id
    FROM organisations_persontie p
    WHERE p.declared_at <= moment AND (p.standing = 'confirmed'
        OR (p.kind = 'same_person' AND p.standing = 'possible'))
), asked AS (
    SELECT unnest(people) AS person_id WHERE people IS NOT NULL
    UNION SELECT w.person_id FROM work w WHERE people IS NULL
    UNION SELECT p.mine FROM pairs p WHERE people IS NULL
), same (person_id, self_id) AS (
    SELECT a.person_id, a.person_id FROM asked a
    UNION
    SELECT s.person_id, p.theirs FROM same s JOIN pairs p
        ON p.mine = s.self_id AND p.kind = 'same_person'
), chains (owner_id, owned_id, share, way) AS (
    SELECT k.owner_id, k.owned_id, k.share / 100.0, ARRAY[k.owner_id, k.owned_id]
    FROM organisations_stake k, rule
    WHERE least(k.since, k.declared_at) <= moment AND (k.until IS NULL OR k.until > rule.cool)
    UNION ALL
    SELECT c.owner_id, k.owned_id, c.share * k.share / 100.0, c.way || k.owned_id
    FROM chains c JOIN organisations_stake k ON k.owner_id = c.owned_id, rule
    WHERE least(k.since, k.declared_at) <= moment AND (k.until IS NULL OR k.until > rule.cool)
        AND k.owned_id <> ALL(c.way) AND array_length(c.way, 1) < 12
        -- No chain so thin could ever count, with twenty like it.
        AND c.share * k.share / 100.0 >= rule.least / 20
), held AS (
    SELECT c.owner_id, c.owned_id, sum(c.share) AS share FROM chains c GROUP BY 1, 2
), own AS (
    SELECT s.person_id, s.self_id, w.id, w.organisation_id, w.kind, w.source, w.since, w.until,
           w.share
    FROM same s JOIN work w ON w.person_id = s.self_id, rule
    WHERE w.until IS NULL OR w.until > rule.cool
), teams AS MATERIALIZED (
    -- Where people know each other; both sides of the rule read it, those who are not asked too.
    SELECT w.organisation_id
    FROM work w JOIN organisations_organisation o ON o.id = w.organisation_id, rule
    WHERE o.kind IN ('company', 'self_government') AND w.kind IN ('employment', 'governing')
        AND (w.until IS NULL OR w.until > rule.cool)
    GROUP BY w.organisation_id HAVING count(DISTINCT w.person_id) <= 50
), moved AS (
    -- Few stand for one organisation and worked in another: with these alone pairs are made.
    SELECT w.person_id, w.organisation_id, w.source, w.since, w.until,
           n.organisation_id AS now_id
    FROM work w JOIN work n ON n.person_id = w.person_id
        AND n.organisation_id <> w.organisation_id, rule
    WHERE w.kind IN ('employment', 'governing') AND (w.until IS NULL OR w.until > rule.cool)
        AND w.organisation_id IN (SELECT t.organisation_id FROM teams t)
        AND n.kind IN ('employment', 'ownership', 'governing')
        AND (n.until IS NULL OR n.until > moment)
        AND (n.kind <> 'ownership' OR n.share >= rule.least)
        AND (offices IS NULL OR n.organisation_id = ANY(offices))
), found (
    person_id, organisation_id, kind, source, since, until, through_id, other_id, tie_id,
    person_tie_id
) AS (
    SELECT o.person_id, o.organisation_id, o.kind, o.source, o.since, o.until, NULL::bigint,
           nullif(o.self_id, o.person_id), o.id, NULL::bigint
    FROM own o WHERE o.kind <> 'ownership'
    UNION ALL
    SELECT o.person_id, h.owned_id, o.kind, o.source, o.since, o.until, o.organisation_id,
           nullif(o.self_id, o.person_id), o.id, NULL
    FROM own o JOIN held h ON h.owner_id = o.organisation_id, rule
    WHERE o.kind <> 'ownership' AND h.share >= rule.least
    UNION ALL
    SELECT o.person_id, h.owner_id, o.kind, o.source, o.since, o.until, o.organisation_id,
           nullif(o.self_id, o.person_id), o.id, NULL
    FROM own o JOIN held h ON h.owned_id = o.organisation_id, rule
    WHERE o.kind <> 'ownership' AND h.share >= rule.least
    UNION ALL
    -- What one person owns, over all their accounts and all chains.
    SELECT e.person_id, e.organisation_id, 'ownership', min(e.source), min(e.since),
           CASE WHEN bool_or(e.until IS NULL) THEN NULL ELSE max(e.until) END,
           min(e.through_id), min(nullif(e.self_id, e.person_id)), min(e.id), NULL
    FROM (
        SELECT o.person_id, o.self_id, o.id, o.organisation_id, o.source, o.since, o.until,
               o.share, NULL::bigint AS through_id
        FROM own o WHERE o.kind = 'ownership'
        UNION ALL
        SELECT o.person_id, o.self_id, o.id, h.owned_id, o.source, o.since, o.until,
               o.share * h.share, o.organisation_id
        FROM own o JOIN held h ON h.owner_id = o.organisation_id WHERE o.kind = 'ownership'
    ) e, rule
    GROUP BY e.person_id, e.organisation_id, rule.least HAVING sum(e.share) >= rule.least
    UNION ALL
    -- Who worked in one place at one time with somebody who stands for the organisation now.
    SELECT m.person_id, t.now_id, 'co_work', t.source, greatest(m.since, t.since),
           least(m.until, t.until), m.organisation_id, t.person_id, m.id, NULL
    FROM own m JOIN moved t ON t.organisation_id = m.organisation_id
        AND t.since < coalesce(m.until, 'infinity') AND m.since < coalesce(t.until, 'infinity'), rule
    WHERE m.kind IN ('employment', 'governing')
        AND coalesce(least(m.until, t.until), 'infinity') > rule.cool
        -- Asked of a list made once; looked up for each pair it took a hundred times as long.
        AND (m.person_id, t.person_id) NOT IN (SELECT s.person_id, s.self_id FROM same s)
    UNION ALL
    -- Kin, and who was declared to work together, of somebody who is tied to it now.
    SELECT s.person_id, w.organisation_id, p.kind, p.source, w.since, w.until, NULL, p.theirs,
           w.id, p.id
    FROM same s
    JOIN pairs p ON p.mine = s.self_id AND p.kind IN ('kin', 'co_work')
    JOIN work w ON w.person_id = p.theirs AND (w.until IS NULL OR w.until > moment), rule
    WHERE w.kind NOT IN ('kin', 'co_work')
        AND (w.kind <> 'ownership' OR w.share >= rule.least)
)
SELECT f.* FROM found f WHERE offices IS NULL OR f.organisation_id = ANY(offices)
$$;

CREATE OR REPLACE FUNCTION organisations_conflicted(
    moment timestamptz, years integer, people bigint[] DEFAULT NULL, offices bigint[] DEFAULT NULL
) RETURNS TABLE (person_id bigint, organisation_id bigint) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT c.person_id, c.organisation_id
    FROM organisations_conflicts(moment, years, people, offices) c
$$;
