-- 0009: which capture a frame is of.  Every column `frame`, the numbers in
-- alerts.frames and taken_frame have the input's id above 44 bits (frame.h);
-- 0 there is of before this step.

CREATE TABLE inputs (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE    -- the file's, without folders; '': live
) STRICT;

-- What is there already is of inputs that nobody wrote down.
INSERT INTO inputs (name) SELECT '' WHERE EXISTS (SELECT 1 FROM addresses);
