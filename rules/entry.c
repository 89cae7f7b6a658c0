/*
 * entry: one rule, from the keys of its section to what judging needs.
 *
 * The keys are the table below; README.md explains them to people.  A rule
 * with anything wrong is left out as a whole: half a rule would be a rule
 * that nobody wrote.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "limits.h"
#include "rules/clean.h"
#include "rules/entry.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SPACE    " \t\n"

static const struct {
	const char *name;
	uint16_t max; /* bytes */
	bool required;
	bool lines; /* continued lines stay lines: SQL has -- comments */
} keys[ENTRY_KEYS] = {
    [ENTRY_TITLE] = {"title", 200, true, false},
    [ENTRY_ON] = {"on", 200, true, false},
    [ENTRY_CLASS] = {"class", 200, false, false},
    [ENTRY_REPLIES] = {"replies", 8, false, false},
    [ENTRY_WHEN] = {"when", LIMIT_RULE_WHEN_MAX, true, true},
    [ENTRY_SEVERITY] = {"severity", 16, true, false},
    [ENTRY_ATTACK] = {"attack", 200, false, false},
    [ENTRY_GROUP] = {"group", LIMIT_RULE_TEXT_MAX, true, false},
    [ENTRY_SOC] = {"soc", LIMIT_RULE_TEXT_MAX, true, false},
    [ENTRY_OT] = {"ot", LIMIT_RULE_TEXT_MAX, true, false},
    [ENTRY_CHECK] = {"check", LIMIT_RULE_TEXT_MAX, true, false},
    [ENTRY_ENABLED] = {"enabled", 8, false, false},
};

static const char *const severities[] = {
    "info", "low", "medium", "high", "critical"};

/* "what" or "what: name", as a problem at a line. */
static int
complain(struct entry_problem *p, int line, const char *what, const char *name)
{
	struct clean o = {.buf = p->reason, .size = sizeof(p->reason)};

	p->line = line;
	clean_puts(&o, what);
	if (name != NULL) {
		clean_puts(&o, ": ");
		clean_puts(&o, name);
	}
	clean_end(&o);
	return ERR_CONFIG;
}

static const char *
text_or(const char *s, const char *other)
{
	return s != NULL ? s : other;
}

struct entry *
entry_new(const char *id, const char *file, int line)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (e != NULL) {
		(void)snprintf(e->id, sizeof(e->id), "%s", id);
		e->pub.id = e->id;
		e->pub.file = file;
		e->pub.line = line;
	}
	return e;
}

void
entry_free(struct entry *e)
{
	if (e == NULL) {
		return;
	}
	for (size_t i = 0; i < ENTRY_KEYS; i++) {
		free(e->value[i]);
	}
	text_free(e->title);
	text_free(e->soc);
	text_free(e->ot);
	text_free(e->check);
	text_free(e->group);
	(void)sqlite3_finalize(e->stmt);
	free(e);
}

static int
find_key(const char *name)
{
	for (int i = 0; i < ENTRY_KEYS; i++) {
		if (strcmp(keys[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

/*
 * Appends to a value.  `when` gets as many line ends as there are lines in
 * the file between its parts, so that a place in it has its line.
 */
static int
extend(struct entry *e, int key, const char *more, int line,
    struct entry_problem *p)
{
	const char *old = e->value[key] != NULL ? e->value[key] : "";
	size_t n = strlen(old), m = strlen(more), gap;
	char *s;

	if (keys[key].lines) {
		gap = e->value[key] == NULL
			  ? 0
			  : (size_t)(line - e->last_line[key]);
	} else {
		gap = n > 0; /* the first line may be empty */
	}
	if (n + gap + m > keys[key].max) {
		return complain(p, line, "too long", keys[key].name);
	}
	s = malloc(n + gap + m + 1);
	if (s == NULL) {
		return ERR_NOMEM;
	}
	memcpy(s, old, n);
	memset(s + n, keys[key].lines ? '\n' : ' ', gap);
	memcpy(s + n + gap, more, m + 1);
	free(e->value[key]);
	e->value[key] = s;
	e->last_line[key] = line;
	return 0;
}

int
entry_set(struct entry *e, const char *key, const char *value, int line,
    bool more, struct entry_problem *p)
{
	int k = find_key(key);

	if (k < 0) {
		return complain(p, line, "unknown key", key);
	}
	if (more) {
		/* The key itself may have been refused. */
		return e->line[k] != 0 ? extend(e, k, value, line, p) : 0;
	}
	if (e->line[k] != 0) {
		return complain(p, line, "the key stands here twice", key);
	}
	e->line[k] = line;
	return extend(e, k, value, line, p);
}

int
entry_when_line(const struct entry *e, int offset)
{
	const char *when = e->value[ENTRY_WHEN];
	int line = e->line[ENTRY_WHEN];

	for (int i = 0; i < offset && when[i] != '\0'; i++) {
		line += when[i] == '\n';
	}
	return line;
}

/*
 * Takes the next name of a comma list into buf; false at its end.  A name
 * too long for buf is no name of ours: it is cut.
 */
static bool
next_name(const char **at, char *buf, size_t size)
{
	const char *s = *at;
	size_t n;

	if (s == NULL) {
		return false;
	}
	n = strcspn(s, ",");
	*at = s[n] == ',' ? s + n + 1 : NULL;
	while (n > 0 && strchr(SPACE, s[n - 1]) != NULL) {
		n--;
	}
	while (n > 0 && strchr(SPACE, *s) != NULL) {
		s++;
		n--;
	}
	(void)snprintf(buf, size, "%.*s", (int)n, s);
	return true;
}

/* A list of kinds or classes as bits. */
static int
parse_bits(const struct entry *e, enum entry_key key,
    int (*parse)(const char *), const char *what, uint32_t *ret_bits,
    struct entry_problem *p)
{
	const char *at = e->value[key];
	uint32_t bits = 0;
	char name[64];

	while (next_name(&at, name, sizeof(name))) {
		int v = parse(name);

		if (v < 0) {
			return complain(p, e->line[key], what, name);
		}
		bits |= UINT32_C(1) << v;
	}
	*ret_bits = bits;
	return 0;
}

static int
parse_selection(struct entry *e, struct entry_problem *p)
{
	int rc;

	_Static_assert(EV_KIND_COUNT <= 32 && EV_CLASS_COUNT <= 32,
	    "kinds and classes fit their masks");
	rc = parse_bits(
	    e, ENTRY_ON, ev_kind_parse, "no such kind of event", &e->kinds, p);
	if (rc != 0) {
		return rc;
	}
	e->classes = UINT32_MAX;
	if (e->value[ENTRY_CLASS] == NULL) {
		return 0;
	}
	if (e->kinds != UINT32_C(1) << EV_OPERATION) {
		return complain(p, e->line[ENTRY_CLASS],
		    "only operations have a class", NULL);
	}
	return parse_bits(
	    e, ENTRY_CLASS, ev_class_parse, "no such class", &e->classes, p);
}

/* replies and enabled; only: the third word that the first one knows. */
static int
parse_switch(const struct entry *e, enum entry_key key, const char *preset,
    bool *ret_yes, bool *ret_only, struct entry_problem *p)
{
	const char *v = text_or(e->value[key], preset);
	bool only = ret_only != NULL && strcmp(v, "only") == 0;
	bool yes = strcmp(v, "yes") == 0;

	if (!yes && !only && strcmp(v, "no") != 0) {
		return complain(p, e->line[key],
		    ret_only != NULL ? "neither yes, no nor only"
				     : "neither yes nor no",
		    v);
	}
	*ret_yes = yes || only;
	if (ret_only != NULL) {
		*ret_only = only;
	}
	return 0;
}

static int
parse_severity(const struct entry *e, struct entry_problem *p)
{
	const char *v = e->value[ENTRY_SEVERITY];

	for (size_t i = 0; i < COUNT(severities); i++) {
		if (strcmp(v, severities[i]) == 0) {
			return 0;
		}
	}
	return complain(p, e->line[ENTRY_SEVERITY],
	    "not info, low, medium, high or critical", v);
}

/* "T0855", or a sub-technique "T0855.001" (attack.mitre.org). */
static bool
is_technique(const char *s)
{
	static const char form[] = "T0000.000";
	size_t n = strlen(s);

	if (n != 5 && n != 9) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (form[i] == '0' ? !isdigit((unsigned char)s[i])
				   : s[i] != form[i]) {
			return false;
		}
	}
	return true;
}

static int
parse_attack(const struct entry *e, struct entry_problem *p)
{
	const char *at = e->value[ENTRY_ATTACK];
	char name[32];

	if (at != NULL && at[0] == '\0') {
		return 0;
	}
	while (next_name(&at, name, sizeof(name))) {
		if (!is_technique(name)) {
			return complain(p, e->line[ENTRY_ATTACK],
			    "not an ATT&CK technique", name);
		}
	}
	return 0;
}

/* What every value must be, and every rule must have. */
static int
check_values(const struct entry *e, struct entry_problem *p)
{
	char buf[LIMIT_RULE_WHEN_MAX + 1];

	for (size_t i = 0; i < ENTRY_KEYS; i++) {
		const char *v = e->value[i];
		bool bad = false;

		if (v == NULL || v[0] == '\0') {
			if (!keys[i].required) {
				continue;
			}
			return complain(p, v == NULL ? e->pub.line : e->line[i],
			    v == NULL ? "a key is missing"
				      : "the value is missing",
			    keys[i].name);
		}
		(void)utf8_clean(buf, sizeof(buf), v, strlen(v), &bad);
		if (bad) {
			return complain(
			    p, e->line[i], "not UTF-8", keys[i].name);
		}
	}
	return 0;
}

static int
compile_texts(
    struct entry *e, const struct evcols *cols, struct entry_problem *p)
{
	const struct {
		enum entry_key key;
		struct text **text;
	} texts[] = {
	    {ENTRY_TITLE, &e->title},
	    {ENTRY_SOC, &e->soc},
	    {ENTRY_OT, &e->ot},
	    {ENTRY_CHECK, &e->check},
	};
	int rc = 0;

	for (size_t i = 0; i < COUNT(texts) && rc == 0; i++) {
		p->line = e->line[texts[i].key];
		rc = text_new(cols, e->value[texts[i].key], texts[i].text,
		    p->reason, sizeof(p->reason));
	}
	if (rc != 0) {
		return rc;
	}
	p->line = e->line[ENTRY_GROUP];
	return text_key_new(cols, e->value[ENTRY_GROUP], &e->group, p->reason,
	    sizeof(p->reason));
}

int
entry_finish(
    struct entry *e, const struct evcols *cols, struct entry_problem *p)
{
	bool only = false;
	int rc;

	if (e->id[0] == '\0' ||
	    e->id[strspn(e->id, "abcdefghijklmnopqrstuvwxyz0123456789-")] !=
		'\0') {
		return complain(p, e->pub.line,
		    "a rule's name has a-z, 0-9 and - only", e->id);
	}
	rc = check_values(e, p);
	rc = rc != 0 ? rc : parse_selection(e, p);
	rc = rc != 0 ? rc : parse_severity(e, p);
	rc = rc != 0 ? rc : parse_attack(e, p);
	if (rc == 0) {
		rc =
		    parse_switch(e, ENTRY_REPLIES, "no", &e->replies, &only, p);
	}
	if (rc == 0) {
		rc =
		    parse_switch(e, ENTRY_ENABLED, "yes", &e->enabled, NULL, p);
	}
	rc = rc != 0 ? rc : compile_texts(e, cols, p);
	if (rc != 0) {
		return rc;
	}
	plain_read(&e->plain, cols, e->value[ENTRY_WHEN]);
	e->requests = !only;
	e->pub.title = e->value[ENTRY_TITLE];
	e->pub.severity = e->value[ENTRY_SEVERITY];
	e->pub.attack = text_or(e->value[ENTRY_ATTACK], "");
	e->pub.group = e->value[ENTRY_GROUP];
	e->pub.soc = e->value[ENTRY_SOC];
	e->pub.ot = e->value[ENTRY_OT];
	e->pub.check = e->value[ENTRY_CHECK];
	e->pub.on = e->value[ENTRY_ON];
	e->pub.when = e->value[ENTRY_WHEN];
	return 0;
}
