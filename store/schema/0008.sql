-- 0008: what losses of TCP are a share of (coverage.def).

ALTER TABLE coverage ADD COLUMN tcp INTEGER NOT NULL DEFAULT 0;

-- Of what came before this was counted only the bytes of all frames are known.
UPDATE coverage SET tcp = bytes;
