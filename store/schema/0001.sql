-- 0001: the first schema.
--
-- Times are nanoseconds since 1970 and come from the capture, never from a
-- clock.  Rows of assets, addresses, links and alerts count in the order of
-- first sight.  What an address is, and how addresses make an asset, stands
-- in store/README.md.

-- Whole numbers about this database as a whole.
CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A device.  Its addresses say where it is, their facts what it is; name to
-- serial are the best of those facts, kept here for whoever reads.
CREATE TABLE assets (
	id INTEGER PRIMARY KEY,
	uid INTEGER NOT NULL UNIQUE, -- the stable id, store/uid.h
	origin TEXT NOT NULL,        -- the address that uid is made of
	carrier INTEGER,             -- address in front of a unit behind it
	joined INTEGER,              -- the asset that it turned out to be
	approved INTEGER NOT NULL DEFAULT 0,
	first INTEGER NOT NULL,
	name TEXT,
	vendor TEXT,
	model TEXT,
	firmware TEXT,
	hardware TEXT,
	software TEXT,
	serial TEXT
) STRICT;
CREATE INDEX asset_carrier ON assets (carrier) WHERE carrier IS NOT NULL;
CREATE INDEX asset_joined ON assets (joined) WHERE joined IS NOT NULL;

-- A place on the network that talks or is talked to.
CREATE TABLE addresses (
	id INTEGER PRIMARY KEY,
	asset INTEGER NOT NULL,      -- 0: a group, or never heard
	kind INTEGER NOT NULL,       -- enum addr_kind
	key TEXT NOT NULL UNIQUE,
	mac TEXT,                    -- of the row itself, or who holds the IP
	ip TEXT,
	carrier INTEGER,             -- behind another: address, transport,
	transport TEXT,              -- server port, and sub as in the event
	port INTEGER,
	sub_kind TEXT,
	sub_num INTEGER,
	sub_text TEXT,
	how TEXT NOT NULL,           -- traffic, arp, nd, dhcp
	flags INTEGER NOT NULL,      -- enum addr_flag
	roles INTEGER NOT NULL,      -- enum role
	slot INTEGER NOT NULL,       -- holders of one IP count from 0
	holders INTEGER NOT NULL,
	current INTEGER NOT NULL,    -- slot of the holder that spoke last
	ips INTEGER NOT NULL,        -- MAC: IPs seen with it, not bound to it
	firm_ips INTEGER NOT NULL,   -- MAC: IPs bound to it
	sole INTEGER NOT NULL,       -- MAC: the only IP seen with it
	links INTEGER NOT NULL,      -- that it has as client
	vlans TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL
) STRICT;
CREATE INDEX address_asset ON addresses (asset);
CREATE INDEX address_carrier ON addresses (carrier)
    WHERE carrier IS NOT NULL;

-- IPs seen with a MAC that another MAC was seen with before: what tells a
-- router.
CREATE TABLE sightings (
	mac TEXT NOT NULL,
	ip TEXT NOT NULL,
	PRIMARY KEY (mac, ip)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
	addr INTEGER NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	via TEXT NOT NULL,
	claim TEXT NOT NULL,         -- self, peer, expected
	proto TEXT NOT NULL,
	confidence INTEGER NOT NULL, -- 0: a placeholder, never shown
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (addr, key, value, via, claim)
) STRICT, WITHOUT ROWID;

-- Client src to server dst; both are addresses.  dst 0: further servers of a
-- client that asks for more than are kept apart.
CREATE TABLE links (
	id INTEGER PRIMARY KEY,
	src INTEGER NOT NULL,
	dst INTEGER NOT NULL,
	transport TEXT NOT NULL,
	port INTEGER NOT NULL,       -- the server's; ethertype or SAP
	proto TEXT NOT NULL,         -- '': no dissector has claimed it
	label TEXT,                  -- nDPI's opinion
	flags INTEGER NOT NULL,      -- enum link_flag
	classes INTEGER NOT NULL,    -- learned operation classes, a bit each
	behaviours INTEGER NOT NULL, -- how many rows of behaviours
	packets INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	packets_back INTEGER NOT NULL,
	bytes_back INTEGER NOT NULL,
	replies INTEGER NOT NULL,
	errors INTEGER NOT NULL,
	unanswered INTEGER NOT NULL,
	retransmits INTEGER NOT NULL,
	duplicates INTEGER NOT NULL,
	rtt_count INTEGER NOT NULL,
	rtt_sum_us INTEGER NOT NULL,
	rtt_max_us INTEGER NOT NULL,
	op_read INTEGER NOT NULL,    -- requests and notifications by class
	op_write INTEGER NOT NULL,
	op_control INTEGER NOT NULL,
	op_program INTEGER NOT NULL,
	op_firmware INTEGER NOT NULL,
	op_config INTEGER NOT NULL,
	op_diagnostic INTEGER NOT NULL,
	op_discovery INTEGER NOT NULL,
	op_session INTEGER NOT NULL,
	op_report INTEGER NOT NULL,
	op_file INTEGER NOT NULL,
	op_other INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	UNIQUE (src, dst, transport, port, proto)
) STRICT;
CREATE INDEX link_dst ON links (dst);

CREATE TABLE services (
	addr INTEGER NOT NULL,
	transport TEXT NOT NULL,
	port INTEGER NOT NULL,
	proto TEXT NOT NULL,
	label TEXT,
	answers INTEGER NOT NULL,    -- 0: was merely asked
	learned INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY (addr, transport, port, proto)
) STRICT, WITHOUT ROWID;

-- What a link does: the unit of the baseline.
CREATE TABLE behaviours (
	link INTEGER NOT NULL,
	op TEXT NOT NULL,
	sub TEXT NOT NULL,           -- the address behind the server
	object TEXT NOT NULL,
	code INTEGER NOT NULL,
	class TEXT NOT NULL,
	space TEXT NOT NULL,         -- address space that lo to hi count in
	lo INTEGER,
	hi INTEGER,
	lo2 INTEGER,                 -- of an operation with two ranges
	hi2 INTEGER,
	learned INTEGER NOT NULL,
	count INTEGER NOT NULL,
	min REAL,
	max REAL,
	value TEXT,                  -- the last one
	frame INTEGER NOT NULL,      -- of the first
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	PRIMARY KEY (link, op, sub, object)
) STRICT, WITHOUT ROWID;

-- Points that reported a value.
CREATE TABLE points (
	addr INTEGER NOT NULL,
	sub TEXT NOT NULL,
	object TEXT NOT NULL,
	proto TEXT NOT NULL,
	value TEXT NOT NULL,
	quality TEXT,
	source TEXT NOT NULL,
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (addr, sub, object)
) STRICT, WITHOUT ROWID;

-- Changes of mode or condition, in order.
CREATE TABLE states (
	id INTEGER PRIMARY KEY,
	addr INTEGER NOT NULL,
	sub TEXT NOT NULL,
	object TEXT NOT NULL,
	state TEXT NOT NULL,
	detail TEXT NOT NULL,
	proto TEXT NOT NULL,
	count INTEGER NOT NULL,      -- said so often before another came
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL
) STRICT;
CREATE INDEX state_addr ON states (addr, sub, object, id);

CREATE TABLE transfers (
	id INTEGER PRIMARY KEY,
	link INTEGER NOT NULL,
	sub TEXT NOT NULL,
	name TEXT NOT NULL,
	direction TEXT NOT NULL,
	phase TEXT NOT NULL,
	bytes INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL
) STRICT;
CREATE INDEX transfer_link ON transfers (link, sub, name, direction, id);

CREATE TABLE topology (
	addr INTEGER NOT NULL,
	relation TEXT NOT NULL,
	peer TEXT NOT NULL,
	detail TEXT NOT NULL,
	proto TEXT NOT NULL,
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (addr, relation, peer)
) STRICT, WITHOUT ROWID;

CREATE TABLE auths (
	link INTEGER NOT NULL,
	action TEXT NOT NULL,
	user TEXT NOT NULL,
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (link, action, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE malformed (
	link INTEGER NOT NULL,
	src INTEGER NOT NULL,        -- the address that sent it
	reason TEXT NOT NULL,
	proto TEXT NOT NULL,
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (link, src, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
	link INTEGER NOT NULL,
	src INTEGER NOT NULL,
	cause TEXT NOT NULL,
	count INTEGER NOT NULL,
	lost INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	frame INTEGER NOT NULL,
	PRIMARY KEY (link, src, cause)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
	id INTEGER PRIMARY KEY,
	uid INTEGER NOT NULL UNIQUE,
	rule TEXT NOT NULL,
	group_key TEXT NOT NULL,
	severity TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged',
	    'closed')),
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	src INTEGER NOT NULL,        -- addresses
	dst INTEGER NOT NULL,
	title TEXT NOT NULL,
	soc TEXT NOT NULL,
	ot TEXT NOT NULL,
	"check" TEXT NOT NULL,
	attack TEXT NOT NULL,
	frames TEXT NOT NULL,        -- JSON array of the first ones
	told INTEGER NOT NULL,       -- stream time of the last delivery
	revision INTEGER NOT NULL    -- deliveries so far
) STRICT;
CREATE UNIQUE INDEX alert_open ON alerts (rule, group_key)
    WHERE state <> 'closed';
CREATE INDEX alert_last ON alerts (last);

-- Deliveries to make.  What is sent is read from alerts at that time;
-- event is the id by which a receiver recognises a repetition.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	event TEXT NOT NULL UNIQUE,
	alert INTEGER NOT NULL,
	destination TEXT NOT NULL DEFAULT '', -- '': every one there is
	state TEXT NOT NULL DEFAULT 'new',
	count INTEGER NOT NULL,      -- of the alert when it was put here
	at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_waiting ON outbox (id) WHERE state <> 'sent';

CREATE TABLE counters (
	sensor TEXT NOT NULL,
	name TEXT NOT NULL,
	value INTEGER NOT NULL,      -- of all runs together
	run INTEGER NOT NULL,        -- what the running sensor said last
	changed INTEGER NOT NULL,    -- stream time
	PRIMARY KEY (sensor, name)
) STRICT, WITHOUT ROWID;

-- The processes of `otus run`, and the frames that killed one.
CREATE TABLE processes (
	role TEXT NOT NULL,
	label TEXT NOT NULL,
	state TEXT NOT NULL,
	ended TEXT NOT NULL,
	status TEXT NOT NULL,
	sandbox TEXT NOT NULL,
	pid INTEGER NOT NULL,
	restarts INTEGER NOT NULL,
	crashes INTEGER NOT NULL,
	PRIMARY KEY (role, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	role TEXT NOT NULL,
	label TEXT NOT NULL,
	generation INTEGER NOT NULL, -- the life that it ended
	reason TEXT NOT NULL,
	wall INTEGER NOT NULL,       -- when it was found dead
	number INTEGER NOT NULL,
	ts INTEGER NOT NULL,
	linktype INTEGER NOT NULL,
	len INTEGER NOT NULL,
	data BLOB,
	UNIQUE (role, label, generation, wall)
) STRICT;
