-- 0002: values that were written while the baseline learned.
--
-- A row is a point of a server, whoever wrote it.  wider counts the writes
-- whose value lay outside of all before it; leapt is the number of the last
-- one that lay far outside (WRITTEN_LOW, WRITTEN_HIGH in stmt.def).
CREATE TABLE written (
	addr INTEGER NOT NULL,       -- the server's address
	sub TEXT NOT NULL,           -- the address behind it
	space TEXT NOT NULL,         -- address space that points count in
	point INTEGER NOT NULL,
	min REAL NOT NULL,
	max REAL NOT NULL,
	count INTEGER NOT NULL,
	wider INTEGER NOT NULL,
	leapt INTEGER NOT NULL,
	PRIMARY KEY (addr, sub, space, point)
) STRICT, WITHOUT ROWID;
