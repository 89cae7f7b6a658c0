-- 0008: what losses of TCP are a share of, and when a station spoke last
-- (coverage.def, coverage.h).

ALTER TABLE coverage ADD COLUMN tcp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN upkeep INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coverage ADD COLUMN spoke INTEGER NOT NULL DEFAULT 0; -- 0: never

-- Of what came before this was counted only the bytes of all frames are known,
-- and when the last one came.
UPDATE coverage SET tcp = bytes, spoke = last;
