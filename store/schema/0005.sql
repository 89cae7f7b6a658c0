-- 0005: an index that no other statement is compared with.

-- SQLite prepares a statement anew with each value it is given when that value
-- might decide whether a partial index serves: `key = ?` did, beside an index
-- of rows whose key is 'serial'.  IS TRUE makes it an expression that is equal
-- to none but its own words.
DROP INDEX fact_serial;
CREATE INDEX fact_serial ON facts (value, addr)
    WHERE (key = 'serial' AND claim = 'self' AND confidence >= 90) IS TRUE;
