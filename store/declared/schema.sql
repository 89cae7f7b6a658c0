-- The register: what people declared.  Times here are those of the act, from
-- the clock; nothing that the wire says is in this file.

CREATE TABLE devices (
	id INTEGER PRIMARY KEY AUTOINCREMENT, -- "d-12"; never used again
	made INTEGER NOT NULL,
	source TEXT NOT NULL                  -- "plant.csv, line 12"
) STRICT;

-- What is declared of them now.
CREATE TABLE words (
	device INTEGER NOT NULL,
	key TEXT NOT NULL,                    -- key.def
	value TEXT NOT NULL,
	who TEXT NOT NULL,
	at INTEGER NOT NULL,
	source TEXT NOT NULL,
	PRIMARY KEY (device, key)
) STRICT, WITHOUT ROWID;

-- Every change of them, in order; old or new is NULL where there was nothing.
-- Rows are added, and taken away only at the old end when there are too many.
CREATE TABLE history (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	device INTEGER NOT NULL,
	key TEXT NOT NULL,
	old TEXT,
	new TEXT,
	source TEXT NOT NULL
) STRICT;
CREATE INDEX history_device ON history (device, id);
CREATE TRIGGER history_stays BEFORE UPDATE ON history
BEGIN
	SELECT RAISE(ABORT, 'history is not rewritten');
END;
