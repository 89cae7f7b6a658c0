/*
 * text: {name} in titles and explanations, and the key that makes alerts one.
 *
 * A template is cut into parts when its rule is loaded, so that a name that
 * does not exist is found then and not in the night.  What a name may be:
 *
 *   src dst client server      name and address of that end
 *   src.name, dst.vendor, ...  what the inventory says of it (store)
 *   object old new usual learned
 *                              the event's own field, else store's answer,
 *                              else what the roles of the fields tell
 *   time                       when the frame was captured
 *   any column of ev           as it stands there
 *
 * A brace that is meant is written twice.  render.c prints the parts.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/clean.h"
#include "rules/text_part.h"

#define GROUP_MAX 8 /* names in a group */
#define SPACE     " \t\n"

static const struct {
	const char *name;
	bool is_dst, by_role;
} ends[] = {
    {"src", false, false},
    {"dst", true, false},
    {"client", false, true},
    {"server", true, true},
};

/* What store is asked about an end (functions.md). */
static const char *const about[] = {"name", "vendor", "model", "firmware",
    "hardware", "software", "serial", "role", "level"};

static const char *const facts[] = {"object", "old", "new", "usual", "learned"};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_in(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], s) == 0) {
			return true;
		}
	}
	return false;
}

static int
column(const struct evcols *c, const char *end, const char *what)
{
	char name[TEXT_NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s_%s", end, what);
	return evcols_find(c, name);
}

/* "src" is an end, "src.vendor" something about it. */
static bool
set_end(struct text_part *p, const struct evcols *c, const char *name)
{
	for (size_t i = 0; i < COUNT(ends); i++) {
		size_t n = strlen(ends[i].name);
		bool dot =
		    strncmp(name, ends[i].name, n) == 0 && name[n] == '.';

		if (!dot && strcmp(name, ends[i].name) != 0) {
			continue;
		}
		if (dot && !is_in(about, COUNT(about), name + n + 1)) {
			return false;
		}
		p->kind = dot ? TEXT_ABOUT : TEXT_END;
		p->key = dot ? name + n + 1 : "";
		p->is_dst = ends[i].is_dst;
		p->by_role = ends[i].by_role;
		p->ip = column(c, ends[i].name, "ip");
		p->mac = column(c, ends[i].name, "mac");
		p->asset = column(c, ends[i].name, "asset");
		return true;
	}
	return false;
}

static bool
set_name(struct text_part *p, const struct evcols *c)
{
	if (strcmp(p->s, "time") == 0) {
		p->kind = TEXT_TIME;
		return true;
	}
	if (set_end(p, c, p->s)) {
		return true;
	}
	p->col = evcols_find(c, p->s);
	if (is_in(facts, COUNT(facts), p->s)) {
		p->kind = TEXT_FACT;
		return true;
	}
	p->kind = TEXT_COLUMN;
	return p->col >= 0;
}

/* In a group only what stays the same for one device and one event. */
static bool
set_key(struct text_part *p, const struct evcols *c)
{
	if (set_end(p, c, p->s)) {
		bool is_end = p->kind == TEXT_END;

		p->kind = TEXT_KEY_END;
		return is_end;
	}
	p->col = evcols_find(c, p->s);
	p->kind = TEXT_KEY_COLUMN;
	return p->col >= 0;
}

/* A further part; its text is the n bytes at s. */
static struct text_part *
add_part(struct text *t, enum text_kind kind, const char *s, size_t n)
{
	struct text_part *p = &t->part[t->n];
	char *copy = strndup(s, n);

	assert(t->n < TEXT_PARTS_MAX);
	if (copy == NULL) {
		return NULL;
	}
	*p = (struct text_part){.kind = (uint8_t)kind,
	    .s = copy,
	    .key = "",
	    .col = -1,
	    .ip = -1,
	    .mac = -1,
	    .asset = -1};
	t->n++;
	return p;
}

static int
complain(char *why, size_t size, const char *what, const char *name, size_t n)
{
	struct clean o = {.buf = why, .size = size};

	clean_puts(&o, what);
	clean_put_short(&o, name, n, TEXT_NAME_SIZE);
	return ERR_CONFIG;
}

/* A {name}, or one of a group; n bytes at s. */
static int
add_name(struct text *t, const struct evcols *c, const char *s, size_t n,
    bool (*set)(struct text_part *, const struct evcols *), char *why,
    size_t size)
{
	struct text_part *p;

	if (n == 0 || n >= TEXT_NAME_SIZE) {
		return complain(why, size, "no such name: ", s, n);
	}
	p = add_part(t, TEXT_COLUMN, s, n);
	if (p == NULL) {
		return ERR_NOMEM;
	}
	return set(p, c) ? 0 : complain(why, size, "no such name: ", s, n);
}

/* The next part of a template; *at moves behind it. */
static int
next_part(struct text *t, const struct evcols *c, const char **at, char *why,
    size_t size)
{
	const char *s = *at, *close;
	size_t n = strcspn(s, "{}");

	if (t->n == TEXT_PARTS_MAX) {
		return complain(why, size, "more than 64 parts", "", 0);
	}
	if (n > 0) {
		*at = s + n;
		return add_part(t, TEXT_LITERAL, s, n) != NULL ? 0 : ERR_NOMEM;
	}
	if (s[0] == s[1]) { /* {{ or }} */
		*at = s + 2;
		return add_part(t, TEXT_LITERAL, s, 1) != NULL ? 0 : ERR_NOMEM;
	}
	close = s[0] == '{' ? strpbrk(s + 1, "{}") : NULL;
	if (close == NULL || *close != '}') {
		return complain(
		    why, size, "a lone brace; write {{ or }}: ", s, strlen(s));
	}
	*at = close + 1;
	return add_name(
	    t, c, s + 1, (size_t)(close - s) - 1, set_name, why, size);
}

int
text_new(const struct evcols *c, const char *src, struct text **ret, char *why,
    size_t why_size)
{
	struct text *t = calloc(1, sizeof(*t));
	int rc = t != NULL ? 0 : ERR_NOMEM;

	while (rc == 0 && *src != '\0') {
		rc = next_part(t, c, &src, why, why_size);
	}
	if (rc != 0) {
		text_free(t);
		return rc;
	}
	*ret = t;
	return 0;
}

/* The next name of a list; *at moves behind it and its comma. */
static size_t
next_name(const char **at, const char **ret_s)
{
	const char *s = *at + strspn(*at, SPACE);
	size_t n = strcspn(s, ",");

	*at = s[n] == ',' ? s + n + 1 : s + n;
	while (n > 0 && strchr(SPACE, s[n - 1]) != NULL) {
		n--;
	}
	*ret_s = s;
	return n;
}

int
text_key_new(const struct evcols *c, const char *src, struct text **ret,
    char *why, size_t why_size)
{
	struct text *t = calloc(1, sizeof(*t));
	const char *at = src, *s;
	int rc = t != NULL ? 0 : ERR_NOMEM;

	if (rc == 0 && strcmp(src, "all") == 0) {
		at += strlen(src);
		rc =
		    add_part(t, TEXT_LITERAL, "all", 3) != NULL ? 0 : ERR_NOMEM;
	} else if (rc == 0 && (src[0] == '\0' || src[strlen(src) - 1] == ',')) {
		rc = complain(why, why_size, "a name is missing", "", 0);
	}
	while (rc == 0 && *at != '\0') {
		size_t n = next_name(&at, &s);

		rc = t->n == GROUP_MAX
			 ? complain(why, why_size, "more than 8 names", "", 0)
			 : add_name(t, c, s, n, set_key, why, why_size);
	}
	if (rc != 0) {
		text_free(t);
		return rc;
	}
	*ret = t;
	return 0;
}

void
text_free(struct text *t)
{
	if (t == NULL) {
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		free(t->part[i].s);
	}
	free(t);
}
