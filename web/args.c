/*
 * args: what stands behind the question mark of a request, checked: known
 * names, each once, within bounds.  What is wrong is said, not guessed away:
 * a script with a misspelt filter must not get all rows instead.
 */
#include <string.h>

#include "web/http.h"
#include "web/web_priv.h"

static const char *const names[ARG_COUNT] = {"after", "limit", "q", "role",
    "proto", "state", "severity", "asset", "rule", "parent", "order", "facts"};

void
args_init(struct args *a)
{
	memset(a, 0, sizeof(*a));
	a->limit = LIMIT_WEB_PAGE_MAX;
	a->facts = true;
}

static int
wrong(struct args *a, const char *name, const char *reason)
{
	a->wrong = name;
	a->reason = reason;
	return ERR_FORMAT;
}

static bool
is_one_of(const char *value, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(value, *list) == 0) {
			return true;
		}
	}
	return false;
}

/* Arguments that are more than text. */
static int
interpret(struct args *a, unsigned bit, const char *name, const char *value)
{
	static const char *const states[] = {
	    "open", "acknowledged", "closed", NULL};
	static const char *const severities[] = {
	    "info", "low", "medium", "high", "critical", NULL};
	static const char *const orders[] = {"oldest", "newest", NULL};
	static const char *const switches[] = {"0", "1", NULL};
	uint64_t v;

	switch (bit) {
	case ARG_AFTER:
		if (http_number(value, 1, INT64_MAX, &v) != 0) {
			return wrong(a, name,
			    "a cursor is what the page before gave as next");
		}
		a->after = (int64_t)v;
		return 0;
	case ARG_LIMIT:
		if (http_number(value, 1, LIMIT_WEB_PAGE_MAX, &v) != 0) {
			return wrong(a, name, "a number from 1 to 500");
		}
		a->limit = (unsigned)v;
		return 0;
	case ARG_STATE:
		return is_one_of(value, states)
			   ? 0
			   : wrong(a, name, "open, acknowledged or closed");
	case ARG_SEVERITY:
		return is_one_of(value, severities)
			   ? 0
			   : wrong(a, name,
				 "info, low, medium, high or critical");
	case ARG_ORDER:
		a->newest_first = strcmp(value, "newest") == 0;
		return is_one_of(value, orders)
			   ? 0
			   : wrong(a, name, "oldest or newest (first)");
	case ARG_FACTS:
		a->facts = value[0] == '1';
		return is_one_of(value, switches) ? 0
						  : wrong(a, name, "0 or 1");
	default: return 0;
	}
}

int
args_take(struct args *a, unsigned may, const char *name, const char *value)
{
	for (unsigned i = 0; i < ARG_COUNT; i++) {
		unsigned bit = 1U << i;

		if (strcmp(names[i], name) != 0 || (may & bit) == 0) {
			continue;
		}
		if (a->given & bit) {
			return wrong(a, names[i], "given twice");
		}
		if (value == NULL || value[0] == '\0') {
			return wrong(a, names[i], "has no value");
		}
		if (!http_text_is_plain(value, LIMIT_WEB_QUERY_MAX)) {
			return wrong(a, names[i],
			    "at most 100 bytes of text without control "
			    "characters");
		}
		a->given |= bit;
		(void)memcpy(a->text[i], value, strlen(value) + 1);
		return interpret(a, bit, names[i], value);
	}
	return wrong(a, "", "no such parameter here");
}

struct taking {
	struct args *a;
	unsigned may;
	int rc;
};

static enum MHD_Result
take(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct taking *t = arg;

	t->rc = args_take(t->a, t->may, key, value);
	return t->rc == 0 ? MHD_YES : MHD_NO;
}

int
args_read(struct MHD_Connection *c, unsigned may, struct args *ret)
{
	struct taking t = {.a = ret, .may = may};

	args_init(ret);
	(void)MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, take, &t);
	return t.rc;
}

static const char *
value_of(const struct args *a, unsigned bit)
{
	if ((a->given & bit) == 0) {
		return NULL;
	}
	return a->text[__builtin_ctz(bit)];
}

void
args_filter(const struct args *a, struct query_filter *ret)
{
	*ret = (struct query_filter){
	    .text = value_of(a, ARG_TEXT),
	    .role = value_of(a, ARG_ROLE),
	    .proto = value_of(a, ARG_PROTO),
	    .state = value_of(a, ARG_STATE),
	    .severity = value_of(a, ARG_SEVERITY),
	    .rule = value_of(a, ARG_RULE),
	    .asset = value_of(a, ARG_ASSET),
	    .parent = value_of(a, ARG_PARENT),
	    .newest_first = a->newest_first,
	};
}
