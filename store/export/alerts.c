/*
 * alerts: columns and JSON of what rules found (events.md, last section).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/export/source.h"

#define TEXT(member)  CELL_TEXT, offsetof(struct query_alert, member), NULL
#define CHARS(member) CELL_CHARS, offsetof(struct query_alert, member), NULL
#define COUNT(member) CELL_COUNT, offsetof(struct query_alert, member), NULL
#define STAMP(member) CELL_STAMP, offsetof(struct query_alert, member), NULL

static const struct column columns[] = {
    {"id", IN_BOTH, false, 0, 0, CHARS(id)},
    {"severity", IN_BOTH, false, 0, 0, TEXT(severity)},
    {"state", IN_BOTH, false, 0, 0, TEXT(state)},
    {"count", IN_BOTH, true, 0, 0, COUNT(count)},
    {"last", IN_BOTH, false, 0, 0, STAMP(last)},
    {"first", IN_CSV, false, 0, 0, STAMP(first)},
    {"rule", IN_CSV, false, 0, 0, TEXT(rule)},
    {"src", IN_CSV, false, 0, 0, CHARS(src.id)},
    {"dst", IN_CSV, false, 0, 0, CHARS(dst.id)},
    {"src_ip", IN_CSV, false, 0, 0, TEXT(src.ip)},
    {"dst_ip", IN_CSV, false, 0, 0, TEXT(dst.ip)},
    {"attack", IN_CSV, false, 0, 0, TEXT(attack)},
    {"title", IN_BOTH, false, 120, 20, TEXT(title)},
    {"soc", IN_CSV, false, 0, 0, TEXT(soc)},
    {"ot", IN_CSV, false, 0, 0, TEXT(ot)},
    {"check", IN_CSV, false, 0, 0, TEXT(check)},
    {"src_at", IN_CSV, false, 0, 0, TEXT(src.at)},
    {"dst_at", IN_CSV, false, 0, 0, TEXT(dst.at)},
};

/* "T0855, T0836" as an array. */
static void
json_attack(struct json *j, const char *s)
{
	json_key(j, "attack");
	json_array(j);
	while (*(s += strspn(s, ", ")) != '\0') {
		size_t n = strcspn(s, ", ");

		json_strn(j, s, n);
		s += n;
	}
	json_array_end(j);
}

/* Our own array of numbers, as it is stored. */
static void
json_frames(struct json *j, const char *s)
{
	json_key(j, "frames");
	json_array(j);
	while (*(s += strcspn(s, "0123456789")) != '\0') {
		char *end;

		json_uint(j, strtoull(s, &end, 10));
		s = end;
	}
	json_array_end(j);
}

/* Of each frame, where there are several captures; null is live. */
static void
json_files(struct json *j, const char *s)
{
	if (s[0] == '\0') {
		return;
	}
	json_key(j, "files");
	json_array(j);
	for (;;) {
		size_t n = strcspn(s, "/");

		if (n != 0) {
			json_strn(j, s, n);
		} else {
			json_null(j);
		}
		if (s[n] == '\0') {
			break;
		}
		s += n + 1;
	}
	json_array_end(j);
}

void
export_alert_json(struct json *j, const struct query_alert *a)
{
	json_object(j);
	json_kstr(j, "id", a->id);
	json_kstr(j, "rule", a->rule);
	json_kstr(j, "severity", a->severity);
	json_kstr(j, "state", a->state);
	json_kuint(j, "count", a->count);
	json_stamp(j, "first", a->first);
	json_stamp(j, "last", a->last);
	json_end(j, "src", &a->src);
	json_end(j, "dst", &a->dst);
	json_known(j, "src_ip", a->src.ip);
	json_known(j, "dst_ip", a->dst.ip);
	json_kstr(j, "title", a->title);
	json_kstr(j, "soc", a->soc);
	json_kstr(j, "ot", a->ot);
	json_attack(j, a->attack);
	json_frames(j, a->frames);
	json_files(j, a->files);
	json_kstr(j, "check", a->check);
	json_known(j, "src_name", a->src.name);
	json_known(j, "dst_name", a->dst.name);
	json_known(j, "src_mac", a->src.mac);
	json_known(j, "dst_mac", a->dst.mac);
	json_known(j, "src_at", a->src.at);
	json_known(j, "dst_at", a->dst.at);
	json_object_end(j);
}

struct taker {
	int (*row)(void *, const void *);
	void *arg;
};

static int
take(void *arg, const struct query_alert *a)
{
	struct taker *t = arg;

	return t->row(t->arg, a);
}

static int
page(struct query *q, const struct query_filter *f, struct query_page *p,
    int (*row)(void *, const void *), void *arg)
{
	struct taker t = {row, arg};

	return query_alerts(q, f, p, take, &t);
}

static void
json(struct json *j, const void *row)
{
	export_alert_json(j, row);
}

int
export_alerts(struct query *q, const struct query_filter *f,
    enum export_format format, FILE *out)
{
	static const struct source source = {
	    .column = columns,
	    .n = sizeof(columns) / sizeof(columns[0]),
	    .empty = "No alerts.",
	    .page = page,
	    .json = json,
	};

	return source_export(&source, q, f, format, out);
}
