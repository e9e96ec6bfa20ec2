-- A body of up to a page stays in its row: a second table with an index of its own costs more than it saves. Words are
-- hashes, which no compression makes smaller. New months are made so too (months.py).
ALTER TABLE bodies ALTER COLUMN words SET STORAGE EXTERNAL;

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sereno.bodies'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (toast_tuple_target = 8160)', part);
    END LOOP;
END
$$;
