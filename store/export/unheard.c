/*
 * unheard: what ghosts say of the mirror.
 *
 * A device that is talked to and never heard may be off, and nothing is wrong
 * with the mirror then.  Only those count against it of whom what is heard
 * shows that they speak (store/query_ghost.c: `there`).  Not so: who is looked
 * for by ARP alone, whom a scan or a poll asks in vain, units that their
 * gateway does not reach, and what a table of broadcast managers names, for
 * what such a one says comes by where its peers are heard.
 */
#include <string.h>

#include "store/export/verdict.h"

#define NAME_MAX_BYTES 40 /* of an example */
#define VLANS_SHOWN    3
#define SHARE          10 /* one device in so many is much */
#define SOME_POINTS    10
#define MUCH_POINTS    20

/* Never inside a character of UTF-8. */
static void
put_clipped(struct text *t, const char *s)
{
	size_t n = strnlen(s, NAME_MAX_BYTES);

	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80) {
		n--;
	}
	text_putn(t, s, n);
	text_put(t, s[n] != '\0' ? "..." : "");
}

/* "20", "20,30": of a trunk with many only how many. */
static void
put_vlans(struct text *t, const char *vlans)
{
	uint64_t n = 1;

	for (const char *p = vlans; *p != '\0'; p++) {
		n += *p == ',';
	}
	if (n <= VLANS_SHOWN) {
		text_put(t, n == 1 ? " in VLAN " : " in VLANs ");
		put_clipped(t, vlans);
	} else {
		text_put(t, " in ");
		text_put_uint(t, n);
		text_put(t, " VLANs");
	}
}

/* "10.0.0.21 (with HMI-1 in VLAN 20)" */
static void
put_example(struct unheard *u, const struct query_ghost *g)
{
	const struct query_end *e = &g->asker;
	const char *ends[] = {e->name, e->ip, e->mac};
	const char *with = "?";
	struct text t;

	for (size_t i = 3; i-- > 0;) {
		with = ends[i] != NULL && ends[i][0] != '\0' ? ends[i] : with;
	}
	text_start(&t, u->example[u->there], sizeof(u->example[0]));
	text_put(&t, g->ip != NULL ? g->ip : "?");
	text_put(&t, " (with ");
	put_clipped(&t, with);
	if (g->vlans != NULL) {
		put_vlans(&t, g->vlans);
	}
	text_put(&t, ")");
}

int
unheard_add(void *arg, const struct query_ghost *g)
{
	struct unheard *u = arg;

	if (g->there) {
		if (u->there < UNHEARD_EXAMPLES) {
			put_example(u, g);
		}
		u->there++;
	} else if (strstr(g->why, "asked") != NULL ||
		   strstr(g->why, "table") != NULL ||
		   strstr(g->why, "foreign") != NULL ||
		   strstr(g->why, "bound") != NULL) {
		u->named++;
	}
	return 0;
}

void
unheard_judge(const struct unheard *u, struct verdict *r)
{
	uint64_t all = u->heard + u->there;
	uint64_t shown =
	    u->there < UNHEARD_EXAMPLES ? u->there : UNHEARD_EXAMPLES;
	struct text t;

	if (u->there == 0 ||
	    !verdict_reason(r, "unheard",
		u->there * SHARE >= all ? MUCH_POINTS : SOME_POINTS,
		"they speak, as others carry on a conversation with them: the "
		"port, switch or VLAN that they are on is not mirrored, or "
		"what they say takes another way",
		"look in the address tables of the switches and routers for "
		"where these addresses are, and mirror those ports or that "
		"VLAN, too, both directions (otus ghosts lists all)",
		&t)) {
		return;
	}
	text_put_uint(&t, u->there);
	text_put(&t, " of ");
	text_put_uint(&t, all);
	text_put(&t, u->there == 1 ? " devices is" : " devices are");
	text_put(&t, " talked to, and nothing of what comes back is seen: ");
	for (uint64_t i = 0; i < shown; i++) {
		text_put(&t, i > 0 ? ", " : "");
		text_put(&t, u->example[i]);
	}
	if (u->there > shown) {
		text_put(&t, " and ");
		text_put_uint(&t, u->there - shown);
		text_put(&t, " more");
	}
}
