/*
 * body: tuples, and what those of a greeting and of a log-in say.
 *
 *	name=s:text\n              i, f, t, z: numbers, times and truths as text
 *	name=b:5[.....]\n          octets
 *	name=o:bog 61[...]\n       an object, how it is encoded, octets
 *	name=m:{\n ... }\n         a message
 *
 * Texts have what is no printable ASCII as #hex; and a number sign so, too.
 */
#include <string.h>

#include "dissectors/fox/fox.h"

#define DIGITS_MAX 9
#define TEXT_MAX   256 /* octets of a text that is made of several, or escaped */

bool
fox_is(struct rd r, const char *text)
{
	size_t n = strlen(text);

	return rd_left(&r) == n && n > 0 && memcmp(r.p, text, n) == 0;
}

/* --- tuples ----------------------------------------------------------------- */

/* All in front of a letter, and the reader behind it. */
static enum dis_rc
until(struct rd *r, uint8_t letter, struct rd *ret, size_t *ret_need)
{
	const uint8_t *p =
	    rd_left(r) > 0 ? memchr(r->p, letter, rd_left(r)) : NULL;

	if (p == NULL) {
		*ret_need = rd_left(r) + 1;
		return DIS_MORE;
	}
	*ret = rd_sub(r, (size_t)(p - r->p));
	rd_skip(r, 1);
	return DIS_OK;
}

/* A length in decimal digits, in front of a bracket; the reader behind that. */
static enum dis_rc
length(struct rd *r, size_t *ret, size_t *ret_need)
{
	struct rd look = *r;
	size_t n = 0;

	for (unsigned i = 0; i <= DIGITS_MAX; i++) {
		uint8_t c = rd_u8(&look);

		if (!rd_ok(&look)) {
			*ret_need = rd_left(r) + 1;
			return DIS_MORE;
		}
		if (c == '[' && i > 0) {
			*r = look;
			*ret = n;
			return DIS_OK;
		}
		if (c < '0' || c > '9') {
			return DIS_BAD;
		}
		n = n * 10 + (size_t)(c - '0');
	}
	return DIS_BAD;
}

/* Octets in brackets, and the line's end. */
static enum dis_rc
octets(struct rd *r, bool object, size_t *ret_need)
{
	struct rd encoding;
	enum dis_rc rc = object ? until(r, ' ', &encoding, ret_need) : DIS_OK;
	size_t n = 0;

	rc = rc == DIS_OK ? length(r, &n, ret_need) : rc;
	if (rc != DIS_OK) {
		return rc;
	}
	if (!rd_has(r, n + 2)) {
		*ret_need = n + 2;
		/* Before the last two are there, one of them may be wrong. */
		if (!rd_has(r, n + 1)) {
			*ret_need = n + 1;
			return DIS_MORE;
		}
	}
	rd_skip(r, n);
	if (r->p[0] != ']' || (rd_has(r, 2) && r->p[1] != '\n')) {
		return DIS_BAD;
	}
	if (!rd_has(r, 2)) {
		*ret_need = 2;
		return DIS_MORE;
	}
	rd_skip(r, 2);
	return DIS_OK;
}

static enum dis_rc
value(struct rd *r, struct fox_tuple *t, size_t *ret_need)
{
	t->value = rd_failed();
	switch (t->type) {
	case 'b': return octets(r, false, ret_need);
	case 'o': return octets(r, true, ret_need);
	case 'm':
		for (unsigned i = 0; i < 2; i++) {
			if (rd_left(r) == 0) {
				*ret_need = 1;
				return DIS_MORE;
			}
			if (r->p[0] != (i == 0 ? '{' : '\n')) {
				return DIS_BAD;
			}
			rd_skip(r, 1);
		}
		return DIS_OK;
	default: return until(r, '\n', &t->value, ret_need);
	}
}

static bool
is_name(struct rd r)
{
	if (rd_left(&r) == 0) {
		return false;
	}
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c <= ' ' || c >= 0x7f) {
			return false;
		}
	}
	return true;
}

/* The name as far as it is there, or all of it. */
static enum dis_rc
name(struct rd *r, struct fox_tuple *t, size_t *ret_need)
{
	struct rd at = *r, there = *r;
	enum dis_rc rc = until(r, '=', &t->name, ret_need);

	if (!is_name(rc == DIS_OK ? t->name : there)) {
		*r = at;
		return DIS_BAD;
	}
	return rc;
}

enum dis_rc
fox_next(struct rd *r, struct fox_tuple *t, size_t *ret_need)
{
	struct rd at = *r;
	enum dis_rc rc;

	*t = (struct fox_tuple){.name = rd_failed(), .value = rd_failed()};
	*ret_need = 1;
	if (rd_left(r) == 0) {
		return DIS_MORE;
	}
	if (r->p[0] == '}') {
		t->type = '}';
		rd_skip(r, 1);
		return DIS_OK;
	}
	rc = name(r, t, ret_need);
	if (rc == DIS_OK && !rd_has(r, 2)) {
		rc = DIS_MORE;
		*ret_need = rd_left(r) + 1;
	}
	if (rc == DIS_OK) {
		t->type = rd_u8(r);
		rc = rd_u8(r) == ':' ? value(r, t, ret_need) : DIS_BAD;
	}
	if (rc == DIS_MORE) {
		/* From where it began. */
		*ret_need += (size_t)(r->p - at.p);
		*r = at;
	}
	return rc;
}

/* --- fields ----------------------------------------------------------------- */

static const struct {
	const char *name;
	uint16_t field;
} told[] = {
    {"fox.version", FOXF_VERSION},
    {"hostName", FOXF_HOST},
    {"hostAddress", FOXF_ADDRESS},
    {"app.name", FOXF_APP},
    {"app.version", FOXF_APP_VERSION},
    {"vm.name", FOXF_VM},
    {"vm.version", FOXF_VM_VERSION},
    {"os.name", FOXF_OS},
    {"os.version", FOXF_OS_VERSION},
    {"station.name", FOXF_STATION},
    {"hostId", FOXF_HOST_ID},
    {"brandId", FOXF_BRAND},
    {"method", FOXF_METHOD},
    {"availableSchemes", FOXF_SCHEMES},
    {"authfail_reason", FOXF_CAUSE},
};

/* Only what belongs to the session: of other channels nobody knows what names
 * mean.  Messages within are passed over. */
static bool
next_text(struct fox_msg *m, struct rd *r, struct fox_tuple *t)
{
	unsigned depth = 0;
	size_t need;

	while (m->cls == EV_CLASS_SESSION && fox_next(r, t, &need) == DIS_OK) {
		if (t->type == '}' && depth == 0) {
			return false;
		}
		if (t->type == '}') {
			depth--;
			rd_skip(r, 1);
		} else if (t->type == 'm') {
			depth++;
		} else if (depth == 0 && t->type == 's') {
			return true;
		}
	}
	return false;
}

static struct rd
first_tuple(const struct fox_msg *m)
{
	struct rd r = m->body;

	rd_skip(&r, 2); /* the brace and its line's end */
	return r;
}

void
fox_fields(struct fox_msg *m, struct ev *e)
{
	struct rd r = first_tuple(m);
	struct fox_tuple t = {.type = 0};

	while (next_text(m, &r, &t)) {
		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
			if (fox_is(t.name, told[i].name) &&
			    ev_find(e, told[i].field) == NULL &&
			    rd_left(&t.value) > 0) {
				ev_bytes(e, told[i].field, EV_T_TEXT, t.value.p,
				    rd_left(&t.value));
			}
		}
	}
}

/* --- texts ------------------------------------------------------------------ */

struct text {
	size_t n;
	uint8_t bytes[TEXT_MAX];
};

static void
put(struct text *t, uint8_t c)
{
	if (t->n < TEXT_MAX) {
		t->bytes[t->n++] = c;
	}
}

/* As UTF-8. */
static void
put_char(struct text *t, uint32_t c)
{
	if (c < 0x80) {
		put(t, (uint8_t)c);
	} else if (c < 0x800) {
		put(t, (uint8_t)(0xc0 | c >> 6));
		put(t, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		put(t, (uint8_t)(0xe0 | (c >> 12 & 0x0f)));
		put(t, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		put(t, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

static bool
digit(uint8_t c, uint32_t *v)
{
	uint32_t d;

	if (c >= '0' && c <= '9') {
		d = (uint32_t)(c - '0');
	} else if (c >= 'a' && c <= 'f') {
		d = (uint32_t)(c - 'a' + 10);
	} else if (c >= 'A' && c <= 'F') {
		d = (uint32_t)(c - 'A' + 10);
	} else {
		return false;
	}
	*v = *v << 4 | d;
	return true;
}

/* Four digits at most, and a semicolon: else the sign is a sign. */
static bool
escaped(struct rd *r, uint32_t *ret)
{
	struct rd look = *r;
	uint32_t v = 0;

	for (unsigned i = 0; i <= 4; i++) {
		uint8_t c = rd_u8(&look);

		if (c == ';' && i > 0) {
			*r = look;
			*ret = v;
			return true;
		}
		if (!digit(c, &v)) {
			return false;
		}
	}
	return false;
}

static void
put_text(struct text *t, struct rd r)
{
	uint32_t v;

	if (fox_is(r, "#null;")) {
		return;
	}
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c == '#' && escaped(&r, &v)) {
			put_char(t, v);
		} else {
			put(t, c);
		}
	}
}

/* --- who it is -------------------------------------------------------------- */

struct greeting {
	struct rd host, address, app, app_version, os, os_version, station;
	struct rd host_id, brand;
};

static void
read_greeting(struct fox_msg *m, struct greeting *g)
{
	struct rd r = first_tuple(m);
	struct {
		const char *name;
		struct rd *to;
	} wanted[] = {
	    {"hostName", &g->host},
	    {"hostAddress", &g->address},
	    {"app.name", &g->app},
	    {"app.version", &g->app_version},
	    {"os.name", &g->os},
	    {"os.version", &g->os_version},
	    {"station.name", &g->station},
	    {"hostId", &g->host_id},
	    {"brandId", &g->brand},
	};
	struct fox_tuple t = {.type = 0};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		*wanted[i].to = rd_failed();
	}
	while (next_text(m, &r, &t)) {
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]);
		     i++) {
			if (fox_is(t.name, wanted[i].name)) {
				*wanted[i].to = t.value;
			}
		}
	}
}

/* One or two texts with a blank between them, behind words of ours. */
static void
says(struct fox_msg *m, const char *via, const char *key, const char *before,
    struct rd first, struct rd second)
{
	struct text t = {.n = 0};
	size_t own = strlen(before);

	for (size_t i = 0; i < own; i++) {
		put(&t, (uint8_t)before[i]);
	}
	put_text(&t, first);
	if (t.n == own) {
		return;
	}
	if (rd_left(&second) > 0) {
		put(&t, ' ');
		put_text(&t, second);
	}
	dis_identity(
	    m->ctx, PROTO_FOX, m->ctx->src, key, EV_T_TEXT, t.bytes, t.n, via);
}

static bool
is_same(struct rd a, struct rd b)
{
	return rd_left(&a) == rd_left(&b) &&
	       (rd_left(&a) == 0 || memcmp(a.p, b.p, rd_left(&a)) == 0);
}

/*
 * One computer may run a station and a tool, each of its own version: what the
 * one says is no change of the other.  Only a station answers, or has a name.
 */
static const char *
who_greets(const struct fox_msg *m, const struct greeting *g)
{
	return m->dir == EV_DIR_REQUEST && rd_left(&g->station) == 0
		   ? "hello_tool"
		   : "hello";
}

static void
greeting_facts(struct fox_msg *m)
{
	struct rd none = rd_failed();
	struct greeting g;
	const char *via;

	read_greeting(m, &g);
	via = who_greets(m, &g);
	/* Who has no name gives its address. */
	if (!is_same(g.host, g.address)) {
		says(m, via, "hostname", "", g.host, none);
	}
	says(m, via, "name", "", g.station, none);
	says(m, via, "vendor", "", g.brand, none);
	says(m, via, "software", "Niagara ", g.app, g.app_version);
	says(m, via, "os", "", g.os, g.os_version);
	says(m, via, "serial", "", g.host_id, none);
}

/* --- who logs in ------------------------------------------------------------ */

static void
keep_user(struct fox_msg *m)
{
	struct rd r = first_tuple(m);
	struct fox_tuple t = {.type = 0};
	struct text user = {.n = 0};

	while (next_text(m, &r, &t)) {
		if (fox_is(t.name, "username")) {
			user.n = 0;
			put_text(&user, t.value);
		}
	}
	m->st->user_n = user.n <= FOX_USER_MAX ? (uint8_t)user.n : 0;
	memcpy(m->st->user, user.bytes, m->st->user_n);
}

static void
tell_auth(struct fox_msg *m, const char *action)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_FOX, m->dir);

	ev_name(e, EVF_ACTION, action);
	if (m->st->user_n > 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, m->st->user, m->st->user_n);
	}
	dis_emit(m->ctx, e);
}

void
fox_facts(struct fox_msg *m)
{
	if (m->cls != EV_CLASS_SESSION || m->bad != NULL) {
		return;
	}
	if (strcmp(m->op, "hello") == 0) {
		greeting_facts(m);
	} else if (strcmp(m->op, "username") == 0) {
		keep_user(m);
	} else if (strcmp(m->op, "welcome") == 0) {
		tell_auth(m, "login");
	} else if (strcmp(m->op, "rejected") == 0) {
		tell_auth(m, "fail");
	}
}
