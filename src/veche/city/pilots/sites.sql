-- A place at a site is one trial's at a time, and windows of a site do not overlap. Equality is
-- asked as the overlap of ranges of one number: the extension that compares numbers in a GiST index
-- is not in every PostgreSQL.
ALTER TABLE pilots_booking ADD CONSTRAINT pilots_place_once EXCLUDE USING gist (
    int8range(site_id, site_id, '[]') WITH &&,
    int4range(place, place, '[]') WITH &&,
    during WITH &&
) WHERE (standing IN ('held', 'booked'));

ALTER TABLE pilots_booking ADD CONSTRAINT pilots_booking_during
    CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during));
ALTER TABLE pilots_booking ADD CONSTRAINT pilots_booking_hold
    CHECK ((standing = 'held') <= (held_until IS NOT NULL));

ALTER TABLE pilots_sitewindow ADD CONSTRAINT pilots_windows_apart EXCLUDE USING gist (
    int8range(site_id, site_id, '[]') WITH &&, during WITH &&
);
ALTER TABLE pilots_sitewindow ADD CONSTRAINT pilots_window_during
    CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during));

-- A booking lies in its window and takes one of its places. The window is locked, so that it is not
-- narrowed at the same moment.
CREATE FUNCTION pilots_check_booking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE w pilots_sitewindow;
BEGIN
    IF NEW.standing = 'released' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO w FROM pilots_sitewindow WHERE id = NEW.window_id FOR SHARE;
    IF w.site_id <> NEW.site_id THEN
        RAISE EXCEPTION 'pilots: window % is of another site', NEW.window_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT NEW.during <@ w.during THEN
        RAISE EXCEPTION 'pilots: the booking lies outside its window %', NEW.window_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.place < 1 OR NEW.place > w.places THEN
        RAISE EXCEPTION 'pilots: window % has % places', NEW.window_id, w.places
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_booking_checked BEFORE INSERT OR UPDATE ON pilots_booking
    FOR EACH ROW EXECUTE FUNCTION pilots_check_booking();

-- A window is not narrowed under who booked in it.
CREATE FUNCTION pilots_check_window() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pilots_booking b WHERE b.window_id = NEW.id AND b.standing IN ('held', 'booked')
            AND (NOT b.during <@ NEW.during OR b.place > NEW.places OR b.site_id <> NEW.site_id)
    ) THEN
        RAISE EXCEPTION 'pilots: window % is booked beyond that', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_window_checked BEFORE UPDATE ON pilots_sitewindow
    FOR EACH ROW EXECUTE FUNCTION pilots_check_window();
