-- 0006: what changed about a device, and who has fallen silent (rhythm.c).

ALTER TABLE addresses ADD COLUMN heard INTEGER NOT NULL DEFAULT 0; -- sent last
ALTER TABLE addresses ADD COLUMN pause INTEGER NOT NULL DEFAULT 0; -- longest
ALTER TABLE addresses ADD COLUMN silent INTEGER NOT NULL DEFAULT 0; -- 0: is not

CREATE TABLE changes (
	id INTEGER PRIMARY KEY,
	addr INTEGER NOT NULL,
	what TEXT NOT NULL,          -- change.c has the words
	old TEXT NOT NULL,
	new TEXT NOT NULL,
	at INTEGER NOT NULL,
	frame INTEGER NOT NULL       -- 0: no frame shows it, as silence
) STRICT;
CREATE INDEX change_addr ON changes (addr, id);
