/*
 * links: columns and JSON of who talks to whom (events.md, last section).
 */
#include <stdio.h>

#include "store/export/source.h"

static void
put_src(struct text *t, const void *row)
{
	const struct query_link *l = row;

	put_end(t, &l->src);
}

/* One row stands for all further servers of a client. */
static void
put_dst(struct text *t, const void *row)
{
	const struct query_link *l = row;

	put_end(t, &l->dst);
	if (t->n == 0) {
		text_put(t, "(others)");
	}
}

static void
put_proto(struct text *t, const void *row)
{
	const struct query_link *l = row;
	const char *s = l->proto != NULL ? l->proto : l->label;

	text_put(t, s != NULL ? s : "");
}

static void
put_port(struct text *t, const void *row)
{
	const struct query_link *l = row;

	text_put_uint(t, l->port);
}

static uint64_t
packets(const struct query_link *l)
{
	return l->count[LINK_PACKETS] + l->count[LINK_PACKETS_BACK];
}

static uint64_t
bytes(const struct query_link *l)
{
	return l->count[LINK_BYTES] + l->count[LINK_BYTES_BACK];
}

static void
put_packets(struct text *t, const void *row)
{
	text_put_uint(t, packets(row));
}

static void
put_bytes(struct text *t, const void *row)
{
	text_put_uint(t, bytes(row));
}

static void
put_ops(struct text *t, const void *row)
{
	const struct query_link *l = row;

	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		if (l->ops[i] != 0) {
			text_put(t, t->n != 0 ? " " : "");
			text_put(t, ev_class_name((enum ev_class)i));
			text_put(t, ":");
			text_put_uint(t, l->ops[i]);
		}
	}
}

#define TEXT(member)  CELL_TEXT, offsetof(struct query_link, member), NULL
#define CHARS(member) CELL_CHARS, offsetof(struct query_link, member), NULL
#define COUNT(member) CELL_COUNT, offsetof(struct query_link, member), NULL
#define STAMP(member) CELL_STAMP, offsetof(struct query_link, member), NULL
#define PUT(function) CELL_PUT, 0, function

static const struct column columns[] = {
    {"src", IN_TABLE, false, 40, 15, PUT(put_src)},
    {"dst", IN_TABLE, false, 40, 15, PUT(put_dst)},
    {"src", IN_CSV, false, 0, 0, CHARS(src.id)},
    {"dst", IN_CSV, false, 0, 0, CHARS(dst.id)},
    {"src_ip", IN_CSV, false, 0, 0, TEXT(src.ip)},
    {"dst_ip", IN_CSV, false, 0, 0, TEXT(dst.ip)},
    {"proto", IN_BOTH, false, 16, 5, PUT(put_proto)},
    {"transport", IN_BOTH, false, 0, 0, TEXT(transport)},
    {"port", IN_BOTH, true, 0, 0, PUT(put_port)},
    {"packets", IN_BOTH, true, 0, 0, PUT(put_packets)},
    {"bytes", IN_BOTH, true, 0, 0, PUT(put_bytes)},
    {"ops", IN_BOTH, false, 40, 10, PUT(put_ops)},
    {"unanswered", IN_CSV, true, 0, 0, COUNT(count[LINK_UNANSWERED])},
    {"first", IN_CSV, false, 0, 0, STAMP(first)},
    {"last", IN_BOTH, false, 0, 0, STAMP(last)},
    {"src_at", IN_CSV, false, 0, 0, TEXT(src.at)},
    {"dst_at", IN_CSV, false, 0, 0, TEXT(dst.at)},
};

static void
json_ops(struct json *j, const struct query_link *l)
{
	json_key(j, "ops");
	json_object(j);
	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		if (l->ops[i] != 0) {
			json_kuint(
			    j, ev_class_name((enum ev_class)i), l->ops[i]);
		}
	}
	json_object_end(j);
}

static void
json_rtt(struct json *j, const struct query_link *l)
{
	uint64_t n = l->count[LINK_RTT_COUNT];

	if (n != 0) {
		json_kuint(j, "rtt_us", l->count[LINK_RTT_SUM] / n);
		json_kuint(j, "rtt_max_us", l->count[LINK_RTT_MAX]);
	}
}

void
export_link_json(struct json *j, const struct query_link *l)
{
	json_object(j);
	json_end(j, "src", &l->src);
	json_end(j, "dst", &l->dst);
	json_known(j, "src_ip", l->src.ip);
	json_known(j, "dst_ip", l->dst.ip);
	json_kstr(j, "proto", l->proto);
	json_kuint(j, "port", l->port);
	/* Who opened it: the client's address, where it was seen. */
	json_known(j, "initiator",
	    !l->initiator          ? NULL
	    : l->src.ip[0] != '\0' ? l->src.ip
				   : l->src.mac);
	json_kuint(j, "packets", packets(l));
	json_kuint(j, "bytes", bytes(l));
	json_ops(j, l);
	json_stamp(j, "first", l->first);
	json_stamp(j, "last", l->last);
	json_kint(j, "id", l->row);
	json_known(j, "src_name", l->src.name);
	json_known(j, "dst_name", l->dst.name);
	json_known(j, "src_mac", l->src.mac);
	json_known(j, "dst_mac", l->dst.mac);
	json_known(j, "src_at", l->src.at);
	json_known(j, "dst_at", l->dst.at);
	json_known(j, "transport", l->transport);
	json_kstr(j, "label", l->label);
	json_kbool(j, "learned", l->learned);
	json_kbool(j, "answered", l->answered);
	json_kuint(j, "packets_back", l->count[LINK_PACKETS_BACK]);
	json_kuint(j, "bytes_back", l->count[LINK_BYTES_BACK]);
	json_kuint(j, "replies", l->count[LINK_REPLIES]);
	json_kuint(j, "errors", l->count[LINK_ERRORS]);
	json_kuint(j, "unanswered", l->count[LINK_UNANSWERED]);
	json_kuint(j, "retransmits", l->count[LINK_RETRANSMITS]);
	json_kuint(j, "duplicates", l->count[LINK_DUPLICATES]);
	json_rtt(j, l);
	json_object_end(j);
}

struct taker {
	int (*row)(void *, const void *);
	void *arg;
};

static int
take(void *arg, const struct query_link *l)
{
	struct taker *t = arg;

	return t->row(t->arg, l);
}

static int
page(struct query *q, const struct query_filter *f, struct query_page *p,
    int (*row)(void *, const void *), void *arg)
{
	struct taker t = {row, arg};

	return query_links(q, f, p, take, &t);
}

static void
json(struct json *j, const void *row)
{
	export_link_json(j, row);
}

int
export_links(struct query *q, const struct query_filter *f,
    enum export_format format, FILE *out)
{
	static const struct source source = {
	    .column = columns,
	    .n = sizeof(columns) / sizeof(columns[0]),
	    .empty = "No links yet.",
	    .page = page,
	    .json = json,
	};

	return source_export(&source, q, f, format, out);
}
