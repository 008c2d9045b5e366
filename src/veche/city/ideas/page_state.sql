-- All that the page of an idea shows besides the rows of the idea, its case and its call, as one
-- short text: whoever keeps the page knows by it whether it would be the same again. In this
-- language a statement is planned once for a connection, and one answer stands for eight.
CREATE FUNCTION ideas_page_state(asked bigint, gone_into bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found text;
BEGIN
    SELECT md5(json_build_array(
        (SELECT t::text FROM ideas_talk t WHERE t.matter_id = asked),
        (SELECT count(*) FROM ideas_rush h JOIN ideas_rating x ON x.rush_id = h.id
            AND x.standing = 'held' WHERE h.idea_id = asked AND h.outcome = 'open'),
        (WITH first AS (
            SELECT side.code, c.* FROM (VALUES ('for'), ('against'), ('none')) AS side (code)
            CROSS JOIN LATERAL (
                SELECT * FROM ideas_comment c
                WHERE c.matter_id = asked AND c.above_id IS NULL AND c.standing <> 'waiting'
                    AND (c.shown OR c.replies > 0) AND c.stance = side.code
                ORDER BY (c.office_id IS NOT NULL) DESC, c.likes - c.dislikes DESC, c.id DESC
                LIMIT 21
            ) c
        ) SELECT string_agg(f::text, E'\n') || coalesce((
            SELECT string_agg(k::text, E'\n') FROM first t CROSS JOIN LATERAL (
                SELECT * FROM ideas_comment c
                WHERE t.replies > 0 AND c.root_id = t.id AND c.standing <> 'waiting'
                ORDER BY c.id LIMIT 10
            ) k), '') FROM first f),
        (SELECT string_agg(concat_ws(' ', l.other_id, l.score, l.across, o.title, o.supporters,
            c.state), E'\n')
         FROM ideas_similarlink l JOIN ideas_idea o ON o.case_id = l.other_id
         JOIN cases_case c ON c.id = l.other_id
         WHERE l.idea_id = asked AND o.public AND o.into_id IS NULL),
        (SELECT b::text FROM ideas_brought b WHERE b.idea_id = asked),
        (SELECT concat_ws(' ', m.people, m.at, (SELECT count(*) FROM ideas_statement s
            WHERE s.matter_id = asked AND s.standing = 'shown'))
         FROM ideas_opinionmap m WHERE m.matter_id = asked),
        (SELECT string_agg(concat_ws(' ', m::text, i.title, i.supporters), E'\n')
         FROM ideas_merge m JOIN ideas_idea i ON i.case_id = m.child_id
         WHERE m.parent_id = asked AND m.undone_at IS NULL AND i.public),
        (SELECT concat_ws(' ', i.title, i.public, i.version, (SELECT string_agg(m::text, E'\n')
            FROM ideas_merge m WHERE m.child_id = asked AND m.undone_at IS NULL))
         FROM ideas_idea i WHERE i.case_id = gone_into),
        (SELECT string_agg(concat_ws(' ', t::text, i.title, i.version, i.public, k.shown, k.version,
            md5(coalesce(k.text, i.text))), E'\n')
         FROM ideas_citation t LEFT JOIN ideas_comment k ON k.id = t.comment_id
         LEFT JOIN ideas_idea i ON i.case_id = coalesce(t.idea_id, k.matter_id)
         WHERE t.measure_id = asked),
        -- Earlier words are quoted too, and covered too.
        (SELECT md5(string_agg(v::text, E'\n')) FROM ideas_version v
         WHERE v.idea_id = asked OR v.idea_id IN
            (SELECT t.idea_id FROM ideas_citation t WHERE t.measure_id = asked)),
        (SELECT md5(string_agg(v::text, E'\n')) FROM ideas_commentversion v
         WHERE v.comment_id IN (
            SELECT t.comment_id FROM ideas_citation t WHERE t.measure_id = asked
            UNION ALL SELECT k.id FROM ideas_comment k
                JOIN ideas_citation c ON c.comment_id = k.id WHERE k.matter_id = asked)),
        (SELECT string_agg(concat_ws(' ', t::text, i.title, i.version, i.public, md5(i.text)), E'\n')
         FROM (SELECT c.* FROM ideas_citation c WHERE c.idea_id = asked
               UNION ALL
               SELECT c.* FROM ideas_comment k JOIN ideas_citation c ON c.comment_id = k.id
               WHERE k.matter_id = asked) t
         JOIN ideas_idea i ON i.case_id = t.measure_id),
        (SELECT string_agg(concat_ws(' ', s::text, p.name), E'\n')
         FROM ideas_score s JOIN people_person p ON p.id = s.expert_id WHERE s.idea_id = asked),
        (SELECT string_agg(concat_ws(' ', h::text, p.name), E'\n')
         FROM ideas_helpasked h JOIN people_person p ON p.id = h.by_id WHERE h.idea_id = asked),
        (SELECT string_agg(concat_ws(' ', a::text, r::text, (SELECT count(*)
            FROM ideas_answered x WHERE x.reply_id = r.id)), E'\n')
         FROM ideas_answered a JOIN ideas_reply r ON r.id = a.reply_id WHERE a.idea_id = asked),
        (SELECT max(e.seq) FROM cases_caseevent e WHERE e.case_id = asked),
        (SELECT string_agg(k::text, E'\n') FROM cases_caseclock k WHERE k.case_id = asked),
        (SELECT string_agg(concat_ws(' ', f.id, s.digest, s.withdrawn_at), E'\n')
         FROM cases_casefile f JOIN files_storedfile s ON s.id = f.file_id WHERE f.case_id = asked),
        (SELECT string_agg(w::text, E'\n') FROM moderation_showninstead w WHERE w.case_id = asked)
    )::text) INTO found;
    RETURN found;
END
$$;
