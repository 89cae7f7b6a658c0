/*
 * asked: how many devices an address asks, each counted once however many of
 * its protocols, ports and addresses are asked.
 *
 * Of the first eight that are asked by the process's protocols, and of the
 * first three by SNMP, the row in the cache has the numbers: no role needs
 * more.  The links that are counted are marked (LINK_ASKED), so a row that was
 * written and read again gets them back from the table, when it asks somebody
 * new; the table itself has only how many there are.
 *
 * An address that nobody has heard yet is counted as a device by its own
 * number, until it is asked anew and is one.
 */
#include <string.h>

#include "store/store_priv.h"

#define UNHEARD (1u << 31)

_Static_assert(
    LIMIT_STORE_ADDRESS_MAX < UNHEARD, "numbers of addresses are shorter");

static void
put(uint32_t *list, uint8_t *n, uint8_t max, int64_t asset, int64_t addr)
{
	uint32_t unheard = (uint32_t)addr | UNHEARD;
	uint32_t device = asset != 0 ? (uint32_t)asset & ~UNHEARD : unheard;
	uint8_t at = *n;

	for (uint8_t i = 0; i < *n; i++) {
		if (list[i] == device) {
			return;
		}
		at = list[i] == unheard ? i : at;
	}
	if (at < max) {
		list[at] = device;
		*n += at == *n;
	}
}

static void
put_server(struct asked *x, bool manages, int64_t asset, int64_t addr)
{
	if (manages) {
		put(x->managed, &x->managed_n, SERVERS_MANY, asset, addr);
	} else {
		put(x->server, &x->server_n, SERVERS_MOST, asset, addr);
	}
}

static bool
is_full(const struct asked *x)
{
	return x->server_n == SERVERS_MOST && x->managed_n == SERVERS_MANY;
}

/* What a row that was read again has counted before. */
static int
recall(struct store *s, struct addr *client)
{
	sqlite3_stmt *st = s->st[ST_ASKED];
	struct asked *x = &client->asked;
	int rc;

	x->known = true;
	if (client->servers == 0) {
		return 0;
	}
	rc = cache_settle(&s->links);
	rc = rc == 0 ? cache_settle(&s->addrs) : rc;
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, client->id);
	while ((rc = db_step(st)) == 1) {
		put_server(x, strcmp(db_text(st, 0), "snmp") == 0,
		    db_get(st, 1), db_get(st, 2));
		if (is_full(x)) {
			db_reset(st);
			return 0;
		}
	}
	return rc;
}

int
asked_count(struct store *s, struct addr *client, bool manages)
{
	const struct addr *server = s->now.server;
	struct asked *x = &client->asked;
	struct slink *l = s->now.link;
	int rc;

	if (l == NULL || (l->flags & LINK_ASKED) || server == NULL ||
	    server->kind == ADDR_GROUP) {
		return 0;
	}
	/* Before it is marked, or it would be found there. */
	rc = x->known ? 0 : recall(s, client);
	if (rc != 0) {
		return rc;
	}
	l->flags |= LINK_ASKED;
	cache_dirty(&s->links, l);
	put_server(x, manages, server->asset, server->id);
	client->servers = (uint32_t)x->server_n + x->managed_n;
	cache_counted(&s->addrs, client);
	return 0;
}
