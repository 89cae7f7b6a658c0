-- 0007: one IP at several places (place.c).

-- Where an IP is said or used without a router between, or a MAC was heard:
-- interface/VLAN, with commas; VLAN 0: no tag; '*': at more than are kept.
ALTER TABLE addresses ADD COLUMN places TEXT NOT NULL DEFAULT '';

-- When an IP that goes back and forth went to the row's MAC the last time.
ALTER TABLE addresses ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addresses ADD COLUMN taken_frame INTEGER NOT NULL DEFAULT 0;

-- Who is in a redundancy group, and told last that he is its master; as the
-- statements say it, word by word (0005).
CREATE INDEX topology_group ON topology (peer, last)
    WHERE (relation IN ('master_of', 'standby_of')) IS TRUE;

-- current was the first holder's alone.  It is each one's now: the slot of who
-- spoke last where that holder is.
UPDATE addresses SET current = coalesce((SELECT z.current FROM addresses AS z
    WHERE z.key = addresses.ip), slot) WHERE kind = 2 AND slot > 0;
