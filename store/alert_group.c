/*
 * alert_group: the key of an alert, and the one that it had before.
 *
 * A group's key names a device ("server=#7"), but an address of which only
 * others spoke is none yet ("server=10.0.0.7"): it becomes one when it
 * answers, often one packet later.  What is told of both is one alert, which
 * goes on under the key that now holds.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

enum { UNHEARD_SRC = 1, UNHEARD_DST = 2, UNHEARD_BOTH = 3 };

static const struct ev_end *
end_of_asset(const struct judged *n, unsigned unheard, long long asset)
{
	if (unheard & UNHEARD_SRC && n->src != NULL && n->src->asset == asset) {
		return &n->ev->src;
	}
	if (unheard & UNHEARD_DST && n->dst != NULL && n->dst->asset == asset) {
		return &n->ev->dst;
	}
	return NULL;
}

/*
 * The key as it was when these ends were no devices, as rules/render.c writes
 * it: parts "name=value" with | between them.  Whether there is another.
 */
static bool
unheard_key(const struct judged *n, unsigned unheard, const char *key,
    char buf[ALERT_GROUP_MAX])
{
	bool other = false;
	struct text t;

	text_start(&t, buf, ALERT_GROUP_MAX);
	while (*key != '\0') {
		size_t part = strcspn(key, "|"), name = strcspn(key, "=");
		const struct ev_end *end = NULL;
		char ip[EV_IP_TEXT];
		long long asset;

		if (name < part && sscanf(key + name, "=#%lld", &asset) == 1) {
			end = end_of_asset(n, unheard, asset);
		}
		if (end != NULL && end->ipver != 0) {
			(void)ev_ip_text(ip, end->ipver, &end->ip);
			text_putn(&t, key, name + 1);
			text_put(&t, ip);
			other = true;
		} else {
			text_putn(&t, key, part);
		}
		key += part;
		if (*key == '|') {
			text_put(&t, "|");
			key++;
		}
	}
	return other && !t.full;
}

static int
find(struct store *s, const char *rule, const char *group,
    struct open_alert *ret)
{
	sqlite3_stmt *st = s->st[ST_ALERT_OPEN];
	int rc;

	db_bind_text(st, 1, rule);
	db_bind_text(st, 2, group);
	rc = db_step(st);
	if (rc == 1) {
		ret->id = db_get(st, 0);
		ret->uid = db_get(st, 1);
		ret->told = db_get(st, 2);
		ret->revision = db_get(st, 3);
		db_copy(st, 4, ret->frames, sizeof(ret->frames));
		db_reset(st);
	}
	return rc;
}

int
alert_find(struct store *s, const char *rule, const char *group,
    struct open_alert *ret)
{
	sqlite3_stmt *st = s->st[ST_ALERT_REGROUP];
	char before[ALERT_GROUP_MAX];
	int rc = find(s, rule, group, ret);

	for (unsigned u = UNHEARD_SRC; rc == 0 && u <= UNHEARD_BOTH; u++) {
		if (!unheard_key(&s->now, u, group, before)) {
			continue;
		}
		rc = find(s, rule, before, ret);
		if (rc == 1) {
			db_bind(st, 1, ret->id);
			db_bind_text(st, 2, group);
			rc = db_run(st);
			return rc == 0 ? 1 : rc;
		}
	}
	return rc;
}
