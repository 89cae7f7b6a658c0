-- 0007: one IP at several places (place.c).

-- Where an IP is said or used without a router between, or a MAC was heard:
-- interface/VLAN, with commas; VLAN 0: no tag; '*': at more than are kept.
ALTER TABLE addresses ADD COLUMN places TEXT NOT NULL DEFAULT '';

-- current was the first holder's alone.  It is each one's now: the slot of who
-- spoke last where that holder is.
UPDATE addresses SET current = coalesce((SELECT z.current FROM addresses AS z
    WHERE z.key = addresses.ip), slot) WHERE kind = 2 AND slot > 0;
