/*
 * Any bytes as a rule file, up to the door of SQL: cut into lines, sections
 * and values (ini.c), understood (load.c, entry.c), templates compiled and
 * printed about an event (text.c, render.c).
 *
 * Every problem has a line of the file and a reason that can be shown; a rule
 * that is left has every key that it must have, and its texts come out clean;
 * with other line ends the file is the same; and a rule, written down again
 * from what was understood, is understood as the same rule.
 *
 * libFuzzer: -max_len=640
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "rules/harness.h"
#include "rules/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

static struct evcols *cols;
static struct world w;

/* What came of one text. */
struct result {
	struct load load;
	int lines; /* of the text */
	size_t problems;
	uint64_t told; /* hash of what they say */
};

static void
check_clean(const char *s)
{
	static char copy[8192];
	bool bad = false;

	(void)utf8_clean(copy, sizeof(copy), s, strlen(s), &bad);
	assert(!bad && strpbrk(s, "\n\r\t\x1b\x7f") == NULL);
}

static void
on_problem(void *arg, const struct rules_problem *p)
{
	struct result *r = arg;

	assert(p->line >= 0 && p->line <= r->lines);
	assert(p->reason[0] != '\0');
	check_clean(p->reason);
	r->problems++;
	/* FNV-1a */
	for (const char *s = p->reason; *s != '\0'; s++) {
		r->told = (r->told ^ (uint8_t)*s) * 0x100000001b3;
	}
	r->told = (r->told ^ (uint64_t)p->line) * 0x100000001b3;
}

static void
read_text(struct result *r, const char *text, size_t n)
{
	char *block = malloc(n); /* of exactly its size */

	assert(block != NULL || n == 0);
	if (n > 0) {
		memcpy(block, text, n);
	}
	memset(r, 0, offsetof(struct result, load.rule));
	memset(&r->load.n, 0, sizeof(*r) - offsetof(struct result, load.n));
	r->load.cols = cols;
	r->load.problem = on_problem;
	r->load.arg = r;
	r->lines = 1;
	for (size_t i = 0; i < n; i++) {
		r->lines += text[i] == '\n';
	}
	if (load_text(&r->load, "t.rules", block, n) != 0) {
		abort();
	}
	free(block);
	load_sift(&r->load);
}

static void
render(const struct text *t, bool is_shown)
{
	static char buf[TEXT_SIZE];

	assert(t != NULL);
	text_render(t, cols, &w.sub, buf);
	assert(strlen(buf) < sizeof(buf));
	if (is_shown) {
		check_clean(buf);
	}
}

static void
check_rule(const struct entry *e)
{
	const struct rule *r = &e->pub;

	assert(!e->bad && e->enabled && e->stmt == NULL);
	assert(r->id[0] != '\0' && r->title[0] != '\0' && r->when[0] != '\0');
	assert(r->severity[0] != '\0' && r->group[0] != '\0');
	assert(r->soc[0] != '\0' && r->ot[0] != '\0' && r->check[0] != '\0');
	assert(r->attack != NULL && strcmp(r->file, "t.rules") == 0);
	assert(e->kinds != 0 && e->classes != 0);
	assert(e->requests || e->replies);
	assert(entry_when_line(e, (int)strlen(r->when)) >= r->line);
	render(e->title, true);
	render(e->soc, true);
	render(e->ot, true);
	render(e->check, true);
	render(e->group, true);
}

/* --- written down again -------------------------------------------------- */

/* Whether a value can stand on one line, as its first one does. */
static bool
is_plain(const char *s)
{
	/* Behind a blank a semicolon begins a comment. */
	return strlen(s) < 180 && strchr(s, '\n') == NULL && s[0] != ';';
}

static bool
put(char *buf, size_t size, size_t *used, const char *key, const char *value)
{
	int n = snprintf(buf + *used, size - *used, "%s = %s\n", key, value);

	*used += n > 0 ? (size_t)n : 0;
	return *used < size && is_plain(value);
}

static void
write_again(const struct entry *e)
{
	static const char *const names[ENTRY_KEYS] = {"title", "on", "class",
	    "replies", "when", "severity", "attack", "group", "soc", "ot",
	    "check", "enabled"};
	static struct result r;
	char text[4096];
	size_t n;
	bool fits = true;

	n = (size_t)snprintf(text, sizeof(text), "[%s]\n", e->id);
	for (size_t i = 0; i < ENTRY_KEYS && fits; i++) {
		if (e->value[i] != NULL) {
			fits =
			    put(text, sizeof(text), &n, names[i], e->value[i]);
		}
	}
	if (!fits) {
		return;
	}
	read_text(&r, text, n);
	assert(r.problems == 0 && r.load.n == 1);
	for (size_t i = 0; i < ENTRY_KEYS; i++) {
		const char *a = e->value[i], *b = r.load.rule[0]->value[i];

		assert((a == NULL) == (b == NULL));
		assert(a == NULL || strcmp(a, b) == 0);
	}
	assert(r.load.rule[0]->kinds == e->kinds);
	assert(r.load.rule[0]->classes == e->classes);
	load_done(&r.load);
}

/* CR LF for each LF changes nothing. */
static void
read_with_cr(const struct result *r, const char *text, size_t size)
{
	static char other[2 * INPUT_MAX];
	static struct result again;
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n') {
			other[n++] = '\r';
		}
		other[n++] = text[i];
	}
	read_text(&again, other, n);
	assert(again.problems == r->problems && again.told == r->told);
	assert(again.load.n == r->load.n);
	load_done(&again.load);
}

static void
start(void)
{
	struct ev *e;

	world_open(&w);
	w.src_name = "\xff\x1b<b>";
	if (evcols_new(&cols) != 0) {
		abort();
	}
	e = world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);
	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 2);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\xff\xff", 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	static struct result r;

	if (cols == NULL) {
		start();
	}
	if (size > INPUT_MAX) {
		return 0;
	}
	read_text(&r, text, size);
	for (size_t i = 0; i < r.load.n; i++) {
		check_rule(r.load.rule[i]);
		write_again(r.load.rule[i]);
	}
	if (size % 2 == 0) {
		read_with_cr(&r, text, size);
	}
	load_done(&r.load);
	return 0;
}
