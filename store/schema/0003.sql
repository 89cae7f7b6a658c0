-- 0003: devices joined on proof.

-- Who else has this serial number: proof.c.
CREATE INDEX fact_serial ON facts (value, addr)
    WHERE key = 'serial' AND claim = 'self' AND confidence >= 90;

-- Links to servers of the process, as client: what tells a supervisor.
ALTER TABLE addresses ADD COLUMN servers INTEGER NOT NULL DEFAULT 0;

-- What showed an address to have a role (enum role), the first time.
CREATE TABLE reasons (
	addr INTEGER NOT NULL,
	role INTEGER NOT NULL,
	why TEXT NOT NULL,
	proto TEXT NOT NULL,
	at INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (addr, role)
) STRICT, WITHOUT ROWID;
