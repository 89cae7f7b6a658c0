-- 0004: how well each interface and VLAN is seen (sensor/event/coverage.h).
CREATE TABLE coverage (
	sensor TEXT NOT NULL,
	iface TEXT NOT NULL,
	vlan INTEGER NOT NULL,       -- the outermost tag; 0: none
	frames INTEGER NOT NULL,     -- coverage.def says what each means
	bytes INTEGER NOT NULL,
	group_frames INTEGER NOT NULL,
	cut INTEGER NOT NULL,
	broken INTEGER NOT NULL,
	unknown INTEGER NOT NULL,
	long_frames INTEGER NOT NULL,
	cooked INTEGER NOT NULL,
	looked INTEGER NOT NULL,
	copies INTEGER NOT NULL,
	across INTEGER NOT NULL,
	routed INTEGER NOT NULL,
	talks INTEGER NOT NULL,
	both_ways INTEGER NOT NULL,
	gaps INTEGER NOT NULL,
	lost INTEGER NOT NULL,
	known INTEGER NOT NULL,
	secret INTEGER NOT NULL,
	other INTEGER NOT NULL,
	dropped INTEGER NOT NULL,
	missed INTEGER NOT NULL,
	first INTEGER NOT NULL,      -- 0: no frame yet
	last INTEGER NOT NULL,
	pause INTEGER NOT NULL,      -- the interface's longest, with VLAN 0
	pause_end INTEGER NOT NULL,
	protocols INTEGER NOT NULL,  -- a bit for each number of a protocol
	station TEXT NOT NULL,       -- MACs that are an end of every frame
	PRIMARY KEY (sensor, iface, vlan)
) STRICT, WITHOUT ROWID;
