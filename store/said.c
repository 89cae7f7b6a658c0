/*
 * said: what people declared, for rules and alerts while the writer works.
 *
 * The register (declared/register.h) is read again when it has changed, at
 * the begin of a transaction.  Rules ask about an address that speaks at this
 * moment, so the device is found by what is at hand: its asset's id, its MAC,
 * its serial number, its IP.  Readers, who have time to look at everything,
 * find it by other addresses and names, too (query_told.c).
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "store/declared/compare.h"
#include "store/declared/register.h"
#include "store/store_priv.h"
#include "store/text.h"

struct said {
	char dir[4096];
	sqlite3 *db;     /* NULL: nothing was ever declared */
	int64_t version; /* that was read; -1: none */
	int trouble;     /* why not; 0: it was      */
	struct declared reg;
	struct match_key *key; /* sorted */
	size_t nkeys;
};

/* At the start only, while it may: rules need the words that were there. */
static void
repair(const char *dir)
{
	sqlite3 *db = NULL;
	int rc = register_open(dir, &db);

	(void)sqlite3_close_v2(db);
	if (rc == ERR_HALFWAY && register_repair(dir) == 0) {
		log_warn("%s/" DECL_FILE
			 ": an interrupted write was rolled back",
		    dir);
	}
}

int
said_open(struct store *s, const char *dir)
{
	struct said *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		return ERR_NOMEM;
	}
	if (strlen(dir) >= sizeof(x->dir)) {
		free(x);
		return ERR_TOOBIG;
	}
	memcpy(x->dir, dir, strlen(dir) + 1);
	x->version = -1;
	s->said = x;
	repair(dir);
	said_refresh(s);
	return 0;
}

static void
forget(struct said *x)
{
	register_free(&x->reg);
	free(x->key);
	x->key = NULL;
	x->nkeys = 0;
}

void
said_close(struct store *s)
{
	if (s->said != NULL) {
		forget(s->said);
		(void)sqlite3_close_v2(s->said->db);
		free(s->said);
		s->said = NULL;
	}
}

static int
by_text(const void *a, const void *b)
{
	const struct match_key *x = a, *y = b;
	int c = x->proof - y->proof;

	return c != 0 ? c : strcmp(x->text, y->text);
}

static int
read_again(struct said *x)
{
	struct declared reg = {0};
	struct match m;
	int rc;

	rc = register_read(x->db, &reg);
	rc = rc == 0 ? match_init(&m, 0, 0) : rc;
	if (rc != 0) {
		register_free(&reg);
		return rc;
	}
	forget(x);
	x->reg = reg;
	rc = register_keys(&x->reg, &m, MATCH_LEFT, false);
	if (rc == 0 && m.nkeys != 0) {
		qsort(m.key, m.nkeys, sizeof(m.key[0]), by_text);
		x->key = m.key;
		x->nkeys = m.nkeys;
		m.key = NULL;
	}
	match_done(&m);
	return rc;
}

/*
 * Without the register the sensor still sees: told once, until it changes.
 * While somebody writes, or has left a write to be rolled back, what was read
 * before is what is there.
 */
void
said_refresh(struct store *s)
{
	struct said *x = s->said;
	int64_t version = -1;
	int rc;

	if (x == NULL) {
		return; /* it is being opened */
	}
	rc = x->db == NULL ? register_open(x->dir, &x->db) : 0;
	if (rc == 0 && x->db != NULL) {
		rc = db_int(x->db, "PRAGMA data_version", 0, &version);
	}
	if (rc == 0 && version == x->version) {
		return;
	}
	rc = rc == 0 ? read_again(x) : rc;
	if (rc != 0 && rc != ERR_HALFWAY && rc != ERR_BUSY) {
		forget(x);
	}
	if (rc != 0 && rc != x->trouble) {
		log_warn("%s/" DECL_FILE ": %s", x->dir, err_text(rc));
	}
	x->trouble = rc;
	x->version = rc == ERR_BUSY || rc == ERR_HALFWAY ? -1 : version;
}

/* --- whose words ---------------------------------------------------------- */

/* The one device with this key. */
static const struct decl_device *
holder(const struct said *x, enum proof p, const char *value, const char *sub)
{
	char text[DECL_VALUE_MAX];
	const struct match_key want = {.text = text, .proof = (uint8_t)p};
	const struct match_key *k, *end = x->key + x->nkeys, *from;

	register_key(p, value, sub, text);
	k = text[0] == '\0'
		? NULL
		: bsearch(&want, x->key, x->nkeys, sizeof(want), by_text);
	if (k == NULL) {
		return NULL;
	}
	for (from = k; from > x->key && by_text(from - 1, &want) == 0;) {
		from--;
	}
	for (; from < end && by_text(from, &want) == 0; from++) {
		if (from->party != k->party) {
			return NULL; /* several */
		}
	}
	return &x->reg.device[k->party];
}

/* Whether its MAC is another device's on the wire: then it is that one. */
static int
is_elsewhere(struct store *s, const struct addr *a, const struct decl_device *d,
    bool *ret)
{
	const char *at = register_value(&s->said->reg, d, DECL_MAC), *one;
	size_t n;

	*ret = false;
	while (at != NULL && (one = decl_list_next(&at, &n)) != NULL) {
		struct addr *m = NULL;
		uint8_t mac[6];
		int rc;

		if (sscanf(one, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0],
			&mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6) {
			continue;
		}
		rc = addr_mac(s, mac, false, &m);
		if (rc != 0) {
			return rc;
		}
		*ret = *ret ||
		       (m != NULL && m->asset != 0 && m->asset != a->asset);
	}
	return 0;
}

static int
by_mac(struct store *s, const struct addr *a, const struct decl_device **ret)
{
	char text[EV_MAC_TEXT];
	struct addr *m = NULL;
	int rc = a->has_mac && a->kind != ADDR_SUB
		     ? addr_mac(s, a->mac, false, &m)
		     : 0;

	/* A router's MAC is with the packets of others. */
	if (rc == 0 && m != NULL && m->asset == a->asset) {
		(void)ev_mac_text(text, m->mac);
		*ret = holder(s->said, PROOF_MAC, text, NULL);
	}
	return rc;
}

static int
by_serial(struct store *s, const struct addr *a, const struct decl_device **ret)
{
	char serial[EV_TEXT_MAX + 1], vendor[EV_TEXT_MAX + 1];
	const struct decl_device *d;
	int rc = asset_observed(s, a, "serial", serial, sizeof(serial));

	if (rc != 0) {
		return rc == ERR_NOTFOUND ? 0 : rc;
	}
	d = holder(s->said, PROOF_SERIAL, serial, NULL);
	rc = d != NULL ? asset_observed(s, a, "vendor", vendor, sizeof(vendor))
		       : ERR_NOTFOUND;
	if (d != NULL &&
	    (rc != 0 ||
		decl_agrees(DECL_VENDOR,
		    register_value(&s->said->reg, d, DECL_VENDOR), vendor))) {
		*ret = d;
	}
	return rc == ERR_NOTFOUND ? 0 : rc;
}

static int
by_ip(struct store *s, const struct addr *a, const struct decl_device **ret)
{
	char ip[EV_IP_TEXT], sub[EV_SUB_TEXT] = "";

	if (a->ipver != 0) {
		(void)ev_ip_text(ip, a->ipver, &a->ip);
		if (a->kind == ADDR_SUB && a->sub.kind == EV_SUB_BACNET) {
			int n = snprintf(sub, sizeof(sub), "bacnet %u%s",
			    a->sub.net, a->sub.len != 0 ? " " : "");

			(void)sodium_bin2hex(sub + n, sizeof(sub) - (size_t)n,
			    a->sub.mac, ev_sub_len(&a->sub));
		} else if (a->kind == ADDR_SUB) {
			(void)ev_sub_text(sub, &a->sub);
		}
		*ret = holder(s->said, PROOF_IP, ip, sub);
	}
	return 0;
}

static int
find(struct store *s, const struct addr *a, const struct decl_device **ret)
{
	const struct decl_device *d = NULL;
	bool elsewhere = false;
	char id[EV_TEXT_MAX + 1];
	int rc = asset_observed(s, a, "id", id, sizeof(id));

	*ret = NULL;
	if (rc == 0) {
		*ret = holder(s->said, PROOF_ASSET, id, NULL);
	}
	if (*ret != NULL || (rc != 0 && rc != ERR_NOTFOUND)) {
		return *ret != NULL ? 0 : rc;
	}
	rc = by_mac(s, a, ret);
	if (rc != 0 || *ret != NULL) {
		return rc;
	}
	rc = by_serial(s, a, &d);
	rc = rc == 0 && d == NULL ? by_ip(s, a, &d) : rc;
	rc = rc == 0 && d != NULL ? is_elsewhere(s, a, d, &elsewhere) : rc;
	*ret = elsewhere ? NULL : d;
	return rc;
}

int
said_value(struct store *s, const struct addr *a, const char *key, char *buf,
    size_t size)
{
	enum decl_key k = decl_key(key, strlen(key));
	const struct decl_device *d = NULL;
	const char *v;
	int rc;

	if (s->said == NULL || s->said->nkeys == 0 || k == DECL_NONE ||
	    k == DECL_ASSET) {
		return ERR_NOTFOUND;
	}
	rc = find(s, a, &d);
	v = rc == 0 && d != NULL ? register_value(&s->said->reg, d, k) : NULL;
	if (v != NULL && k == DECL_ROLE) {
		const struct role_word *w = role_known(v);

		v = w != NULL ? w->name : NULL;
	}
	if (rc != 0 || v == NULL) {
		return rc != 0 ? rc : ERR_NOTFOUND;
	}
	if (k == DECL_APPROVED) {
		v = strcmp(v, "yes") == 0 ? "1" : "0";
	}
	(void)utf8_clean(buf, size, v, strlen(v), NULL);
	return 0;
}
