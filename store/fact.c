/*
 * fact: what is said of an address, by whom, and how far to believe it.
 *
 * Facts are kept side by side; nothing is overwritten.  The shown value of an
 * asset is its best fact by confidence and then by last sight, and only what
 * a device says of itself (claim self) can be it.  A placeholder is kept with
 * confidence 0: it is never shown, and contradicts nothing.
 *
 * The keys are events.md's closed list; others are not stored.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/store_priv.h"
#include "store/text.h"

#define SELF      90
#define TENTATIVE 50 /* said before the flow's protocol was proven */
#define GENERATED 45 /* a name that a program has made up          */
#define PEER      40 /* another says so                            */
#define EXPECTED  30 /* another expects so: a configuration        */
#define GUESS     10 /* nobody says so: the form of its packets    */

static const char *const keys[] = {"vendor", "vendor_id", "model",
    "product_code", "firmware", "hardware", "software", "serial", "name",
    "hostname", "device_instance", "device_type", "description", "location",
    "os", "order_number", "run_state", "key_switch", "slot", "netmask",
    "gateway", "config_version", "program_name", "protocol_revision",
    "protocols", "originator", "user_text", "mac", "certificate_expires",
    "certificate_subject", "certificate_issuer", "tls_version", "weak_cipher",
    "application_uri", "endpoint_security", "object_id", "dhcp_parameters",
    "logical_device", "control_block", "dataset", "goose_id"};

static bool
is_key(const char *key)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

/* Blanks around a value are a fixed field's padding. */
static void
trim(char *s)
{
	size_t n = strlen(s), skip = strspn(s, " ");

	while (n > skip && s[n - 1] == ' ') {
		n--;
	}
	memmove(s, s + skip, n - skip);
	s[n - skip] = '\0';
}

bool
fact_is_name(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "hostname") == 0;
}

/* 8-4-4-4-12 digits (RFC 9562, 4), or the same without the lines. */
static bool
is_uuid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool line =
		    n == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

		if (line ? s[i] != '-' : !isxdigit((unsigned char)s[i])) {
			return false;
		}
	}
	return true;
}

/* It ends in a UUID, as programs call themselves that nobody has named. */
bool
fact_is_generated(const char *name)
{
	static const char domain[] = ".local";
	size_t n = strlen(name), cut = sizeof(domain) - 1;

	if (n > cut && strcasecmp(name + n - cut, domain) == 0) {
		n -= cut;
	}
	return (n >= 36 && is_uuid(name + n - 36, 36)) ||
	       (n >= 32 && is_uuid(name + n - 32, 32));
}

bool
fact_parse(const struct ev *e, struct fact *f)
{
	(void)field_text(e, EVF_KEY, f->key, sizeof(f->key));
	(void)field_text(e, EVF_CLAIM, f->claim, sizeof(f->claim));
	(void)field_text(e, EVF_VIA, f->via, sizeof(f->via));
	(void)field_text(e, EVF_VALUE, f->value, sizeof(f->value));
	trim(f->value);
	if (!is_key(f->key)) {
		return false;
	}
	f->confidence = strcmp(f->claim, "self") == 0
			    ? (e->flags & EV_TENTATIVE ? TENTATIVE : SELF)
			: strcmp(f->claim, "peer") == 0  ? PEER
			: strcmp(f->claim, "guess") == 0 ? GUESS
							 : EXPECTED;
	if (f->confidence > GENERATED && fact_is_name(f->key) &&
	    fact_is_generated(f->value)) {
		f->confidence = GENERATED;
	}
	if (placeholder_is(f->key, f->value)) {
		f->confidence = 0;
	}
	return true;
}

/* Not everything that is said of itself belongs to what a device is. */
static bool
is_lasting(const char *key)
{
	static const char *const lasting[] = {"firmware", "hardware",
	    "software", "serial", "model", "vendor", "name", "hostname",
	    "order_number"};

	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++) {
		if (strcmp(key, lasting[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Before it is kept: then it is what was said last. */
static int
note_change(struct store *s, const struct addr *a, const struct fact *f)
{
	int rc = 0;

	if (f->confidence == 0 || strcmp(f->claim, "self") != 0 ||
	    !is_lasting(f->key)) {
		return 0;
	}
	if (!s->now.fact_known) {
		rc = differ_find(s, a, f);
	}
	return rc == 0 && s->now.fact_changes
		   ? change_said(s, a, f->key, s->now.fact_old, f->value)
		   : rc;
}

static void
bind_key(sqlite3_stmt *st, int64_t addr, const struct fact *f)
{
	db_bind(st, 1, addr);
	db_bind_text(st, 2, f->key);
	db_bind_text(st, 3, f->value);
	db_bind_text(st, 4, f->via);
	db_bind_text(st, 5, f->claim);
}

/* The weakest rival goes, unless it is stronger than what would come. */
static int
make_room(struct store *s, int64_t addr, const struct fact *f, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_FACT_WEAKEST];
	struct fact weak = *f;
	int rc;

	*ret = false;
	db_bind(st, 1, addr);
	db_bind_text(st, 2, f->key);
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	db_copy(st, 0, weak.value, sizeof(weak.value));
	db_copy(st, 1, weak.via, sizeof(weak.via));
	db_copy(st, 2, weak.claim, sizeof(weak.claim));
	*ret = db_get(st, 3) <= f->confidence;
	db_reset(st);
	if (!*ret) {
		return 0;
	}
	bind_key(s->st[ST_FACT_DROP], addr, &weak);
	return db_run(s->st[ST_FACT_DROP]);
}

static int
find_room(struct store *s, int64_t addr, const struct fact *f, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_FACT_RIVALS];
	int rc;

	*ret = true;
	if (s->now.fact_first) {
		return 0;
	}
	db_bind(st, 1, addr);
	db_bind_text(st, 2, f->key);
	rc = db_step(st);
	if (rc == 1) {
		*ret = db_get(st, 0) < LIMIT_STORE_FACTS_PER_KEY;
		db_reset(st);
		rc = *ret ? 0 : make_room(s, addr, f, ret);
	}
	return rc;
}

static int
insert(struct store *s, int64_t addr, const struct fact *f)
{
	sqlite3_stmt *st = s->st[ST_FACT_NEW];
	const struct ev *e = s->now.ev;
	bool room;
	int rc = find_room(s, addr, f, &room);

	if (rc != 0 || !room) {
		return rc;
	}
	bind_key(st, addr, f);
	db_bind(st, 6, (int64_t)e->ts_ns);
	db_bind(st, 7, f->confidence);
	db_bind_text(st, 8, ev_proto_name(e->proto));
	db_bind(st, 9, frame_at_hand(s));
	return db_run(st);
}

/* What a new fact proves beside itself. */
static int
told(struct store *s, const struct judged *n, struct addr *a,
    const struct fact *f)
{
	int rc = role_of_fact(s, a, f->key, f->value);

	if (rc == 0 && f->confidence >= SELF) {
		rc = proof_said(s, a, f->key);
	}
	if (rc == 0 && a->kind == ADDR_SUB && n->front != NULL) {
		rc = chassis_said(s, n->front, a);
	} else if (rc == 0 && a->kind == ADDR_IP &&
		   strcmp(f->key, "serial") == 0) {
		rc = chassis_front(s, a);
	}
	return rc;
}

/* The address has said something of itself that may be shown. */
static int
shown(struct store *s, struct addr *a, const struct fact *f, bool again)
{
	const struct judged *n = &s->now;
	int rc = 0;

	if (a->kind == ADDR_SUB && n->front != NULL) {
		rc = unit_said(s, n->front, a, f->key, f->value);
		if (rc == 0 && a->asset == 0) {
			a = n->front;
		}
	}
	rc = rc == 0 ? asset_said(s, a->asset, f->key, f->value, again) : rc;
	return rc == 0 && !again ? told(s, n, a, f) : rc;
}

/* It was said before, by the same message. */
static int
say_again(struct store *s, int64_t addr, const struct fact *f, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_FACT_AGAIN];
	int rc;

	*ret = false;
	if (s->now.fact_first) {
		return 0;
	}
	bind_key(st, addr, f);
	db_bind(st, 6, (int64_t)s->now.ev->ts_ns);
	db_bind(st, 7, f->confidence);
	rc = db_run(st);
	*ret = rc == 0 && sqlite3_changes(s->db) != 0;
	return rc;
}

int
fact_store(struct store *s)
{
	struct judged *n = &s->now;
	struct addr *a = n->subject != NULL ? n->subject : n->src;
	struct fact f;
	bool again;
	int rc;

	if (a == NULL || !fact_parse(n->ev, &f)) {
		return 0;
	}
	rc = note_change(s, a, &f);
	if (rc != 0) {
		return rc;
	}
	rc = say_again(s, a->id, &f, &again);
	if (rc == 0 && !again) {
		rc = insert(s, a->id, &f);
	}
	return rc == 0 && strcmp(f.claim, "self") == 0 && f.confidence > 0
		   ? shown(s, a, &f, again)
		   : rc;
}
