/*
 * assets: the inventory's columns and its JSON (events.md, last section).
 */
#include <stdio.h>

#include "store/export/source.h"

/* --- columns -------------------------------------------------------------------- */

static void
put_list(struct text *t, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_put(t, i != 0 ? " " : "");
		text_put(t, list[i]);
	}
}

static void
put_level(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	if (a->level >= 0) {
		text_put_uint(t, (uint64_t)a->level);
	}
}

/* A registry's word is less than the device's own. */
void
asset_put_vendor(struct text *t, const struct query_asset *a)
{
	if (a->vendor != NULL) {
		text_put(t, a->vendor_by_mac ? "by MAC: " : "");
		text_put(t, a->vendor);
	}
}

static void
put_vendor_by_mac(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	text_put(t, a->vendor_by_mac ? "yes" : "no");
}

static void
put_macs(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_list(t, a->macs, a->nmacs);
}

static void
put_ips(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_list(t, a->ips, a->nips);
}

/* By each way that leads to it. */
void
asset_put_sub(struct text *t, const struct query_asset *a)
{
	for (size_t i = 0; i < a->nsubs; i++) {
		text_put(t, i != 0 ? ", " : "");
		query_put_sub(t, &a->subs[i]);
		if (a->nsubs > 1 && a->subs[i].ip != NULL) {
			text_put(t, " at ");
			text_put(t, a->subs[i].ip);
		}
	}
}

static void
put_sub(struct text *t, const void *row)
{
	asset_put_sub(t, row);
}

/* A person's word, marked as that. */
static void
put_marked(struct text *t, const struct query_asset *a, const char *key,
    const char *value)
{
	if (value != NULL) {
		text_put(t, value);
		text_put(t, query_declared(a, key) != NULL ? "*" : "");
	}
}

static void
put_name_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_marked(t, a, "name", a->name);
}

static void
put_vendor_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	asset_put_vendor(t, a);
	if (query_declared(a, "vendor") != NULL) {
		text_put(t, "*");
	}
}

static void
put_model_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_marked(t, a, "model", a->model);
}

static void
put_firmware_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_marked(t, a, "firmware", a->firmware);
}

static void
put_serial_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_marked(t, a, "serial", a->serial);
}

static void
put_role_marked(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_marked(t, a, "role", a->role);
}

static void
put_zone(struct text *t, const void *row)
{
	const char *zone = query_declared(row, "zone");

	text_put(t, zone != NULL ? zone : "");
}

static bool
is_marked(const void *row)
{
	const struct query_asset *a = row;

	return query_declared(a, "name") != NULL ||
	       query_declared(a, "vendor") != NULL ||
	       query_declared(a, "model") != NULL ||
	       query_declared(a, "firmware") != NULL ||
	       query_declared(a, "role") != NULL ||
	       query_declared(a, "serial") != NULL;
}

/* Where it is, for a line that has room for one address: its own before that
 * behind another. */
static void
put_address(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	if (a->nips != 0) {
		put_list(t, a->ips, a->nips);
		put_at(t, a->at);
	} else if (a->nsubs != 0) {
		put_sub(t, row);
	} else {
		put_macs(t, row);
	}
}

static const char *
state_of(const struct query_asset *a)
{
	return a->replaced_by[0] != '\0' ? "retired" : "active";
}

static void
put_state(struct text *t, const void *row)
{
	text_put(t, state_of(row));
}

void
asset_put_vlans(struct text *t, const struct query_asset *a)
{
	for (size_t i = 0; i < a->nvlans; i++) {
		text_put(t, i != 0 ? " " : "");
		text_put_uint(t, a->vlans[i]);
	}
}

static void
put_vlans(struct text *t, const void *row)
{
	asset_put_vlans(t, row);
}

static void
put_protocols(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	put_list(t, a->protocols, a->nprotocols);
}

static void
put_approved(struct text *t, const void *row)
{
	const struct query_asset *a = row;

	text_put(t, a->approved ? "yes" : "no");
}

#define TEXT(member)  CELL_TEXT, offsetof(struct query_asset, member), NULL
#define CHARS(member) CELL_CHARS, offsetof(struct query_asset, member), NULL
#define STAMP(member) CELL_STAMP, offsetof(struct query_asset, member), NULL
#define PUT(function) CELL_PUT, 0, function

static const struct column columns[] = {
    {"id", IN_BOTH, false, 0, 0, CHARS(id)},
    {"parent", IN_CSV, false, 0, 0, CHARS(parent)},
    {"name", IN_TABLE, false, 32, 8, PUT(put_name_marked)},
    {"name", IN_CSV, false, 0, 0, TEXT(name)},
    {"address", IN_TABLE, false, 40, 15, PUT(put_address)},
    {"ips", IN_CSV, false, 0, 0, PUT(put_ips)},
    {"macs", IN_CSV, false, 0, 0, PUT(put_macs)},
    {"vlans", IN_CSV, false, 0, 0, PUT(put_vlans)},
    {"sub", IN_CSV, false, 0, 0, PUT(put_sub)},
    {"vendor", IN_TABLE, false, 24, 6, PUT(put_vendor_marked)},
    {"vendor", IN_CSV, false, 0, 0, TEXT(vendor)},
    {"model", IN_TABLE, false, 24, 5, PUT(put_model_marked)},
    {"model", IN_CSV, false, 0, 0, TEXT(model)},
    {"firmware", IN_TABLE, false, 16, 8, PUT(put_firmware_marked)},
    {"firmware", IN_CSV, false, 0, 0, TEXT(firmware)},
    {"hardware", IN_CSV, false, 0, 0, TEXT(hardware)},
    {"software", IN_CSV, false, 0, 0, TEXT(software)},
    {"serial", IN_TABLE, false, 16, 6, PUT(put_serial_marked)},
    {"serial", IN_CSV, false, 0, 0, TEXT(serial)},
    {"zone", IN_TABLE_USED, false, 16, 4, PUT(put_zone)},
    {"role", IN_TABLE, false, 24, 4, PUT(put_role_marked)},
    {"role", IN_CSV, false, 0, 0, TEXT(role)},
    {"level", IN_CSV, true, 0, 0, PUT(put_level)},
    {"protocols", IN_BOTH, false, 24, 9, PUT(put_protocols)},
    {"first", IN_BOTH, false, 0, 0, STAMP(first)},
    {"last", IN_BOTH, false, 0, 0, STAMP(last)},
    {"approved", IN_CSV, false, 0, 0, PUT(put_approved)},
    {"vendor_by_mac", IN_CSV, false, 0, 0, PUT(put_vendor_by_mac)},
    {"state", IN_CSV, false, 0, 0, PUT(put_state)},
    {"replaced_by", IN_CSV, false, 0, 0, CHARS(replaced_by)},
    {"declared", IN_CSV, false, 0, 0, CHARS(declared)},
    {"at", IN_CSV, false, 0, 0, TEXT(at)},
};

/* --- JSON ------------------------------------------------------------------------- */

static void
json_list(struct json *j, const char *key, const char *const *list, size_t n)
{
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < n; i++) {
		json_str(j, list[i]);
	}
	json_array_end(j);
}

/* As in the envelope of an event. */
static void
json_sub(struct json *j, const struct query_sub *sub)
{
	json_key(j, "sub");
	json_object(j);
	switch (sub->kind[0]) {
	case 'b':
		json_kint(j, "net", sub->num);
		if (sub->text[0] != '\0') {
			json_kstr(j, "mac", sub->text);
		}
		break;
	case 'p': json_kstr(j, "path", sub->text); break;
	default: json_kint(j, sub->kind, sub->num); break;
	}
	json_object_end(j);
}

void
json_way(struct json *j, const struct query_sub *sub)
{
	json_object(j);
	json_kstr(j, "ip", sub->ip);
	json_kstr(j, "mac", sub->mac);
	json_kstr(j, "transport", sub->transport);
	json_kuint(j, "port", sub->port);
	json_sub(j, sub);
	json_object_end(j);
}

/* Each way to it. */
static void
json_behind(struct json *j, const struct query_asset *a)
{
	json_key(j, "behind");
	json_array(j);
	for (size_t i = 0; i < a->nsubs; i++) {
		json_way(j, &a->subs[i]);
	}
	json_array_end(j);
}

/* null: no packet said it.  file is there when there are several inputs. */
static void
json_frame(struct json *j, const struct query_frame *f)
{
	json_key(j, "frame");
	if (f->number != 0) {
		json_uint(j, f->number);
	} else {
		json_null(j);
	}
	if (f->number != 0 && f->file != NULL) {
		json_kstr(j, "file", f->file);
	}
}

static void
json_timeline(struct json *j, const struct query_asset *a)
{
	json_key(j, "timeline");
	json_array(j);
	for (size_t i = 0; i < a->nchanges; i++) {
		const struct query_change *c = &a->changes[i];

		json_object(j);
		json_stamp(j, "at", c->at);
		json_kstr(j, "what", c->what);
		json_known(j, "old", c->old);
		json_known(j, "new", c->value);
		json_frame(j, &c->frame);
		json_object_end(j);
	}
	json_array_end(j);
}

static void
json_facts(struct json *j, const struct query_asset *a)
{
	json_key(j, "facts");
	json_array(j);
	for (size_t i = 0; i < a->nfacts; i++) {
		const struct query_fact *f = &a->facts[i];

		json_object(j);
		json_kstr(j, "key", f->key);
		json_kstr(j, "value", f->value);
		json_kstr(j, "via", f->via);
		json_kint(j, "confidence", f->confidence);
		json_stamp(j, "first", f->first);
		json_stamp(j, "last", f->last);
		json_frame(j, &f->frame);
		json_kstr(j, "claim", f->claim);
		json_kstr(j, "proto", f->proto);
		json_kuint(j, "count", f->count);
		json_object_end(j);
	}
	json_array_end(j);
}

/* All of them, the most telling one first, with what showed each. */
static void
json_roles(struct json *j, const struct query_asset *a)
{
	json_key(j, "roles");
	json_array(j);
	for (size_t i = 0; i < a->nroles; i++) {
		const struct query_role *r = &a->roles[i];

		json_object(j);
		json_kstr(j, "role", r->name);
		json_kstr(j, "why", r->why);
		json_known(j, "proto", r->proto != NULL ? r->proto : "");
		json_frame(j, &r->frame);
		json_object_end(j);
	}
	json_array_end(j);
}

/* What people say of it, beside what it says itself. */
static void
json_declared(struct json *j, const struct query_asset *a)
{
	json_key(j, "declared");
	if (a->declared[0] == '\0') {
		json_null(j);
		return;
	}
	json_object(j);
	json_kstr(j, "id", a->declared);
	json_kstr(j, "matched_by", a->proof);
	json_key(j, "words");
	json_array(j);
	for (size_t i = 0; i < a->nwords; i++) {
		const struct query_word *w = &a->words[i];

		json_object(j);
		json_kstr(j, "key", w->key);
		json_kstr(j, "value", w->value);
		json_kstr(j, "who", w->who);
		json_stamp(j, "at", w->at);
		json_kstr(j, "source", w->source);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void
json_member(struct json *j, const struct query_member *m)
{
	json_object(j);
	json_known(j, "id", m->id);
	json_known(j, "name", m->name);
	json_object_end(j);
}

static void
json_holder(struct json *j, const struct query_group *g)
{
	json_key(j, "holder");
	if (g->since != 0) {
		json_member(j, &g->holder);
		json_stamp(j, "since", g->since);
		json_frame(j, &g->frame);
	} else {
		json_null(j);
		json_kstr(j, "since", NULL);
		json_kstr(j, "frame", NULL);
	}
}

/* Addresses that it shares with others. */
static void
json_groups(struct json *j, const struct query_asset *a)
{
	json_key(j, "groups");
	json_array(j);
	for (size_t i = 0; i < a->ngroups; i++) {
		const struct query_group *g = &a->groups[i];

		json_object(j);
		json_kstr(j, "address", g->address);
		json_kbool(j, "by_turns", g->by_turns);
		json_kstr(j, "detail", g->detail);
		json_holder(j, g);
		json_key(j, "members");
		json_array(j);
		for (size_t m = 0; m < g->nmembers; m++) {
			json_member(j, &g->members[m]);
		}
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

void
export_asset_json(struct json *j, const struct query_asset *a)
{
	json_object(j);
	json_kstr(j, "id", a->id);
	json_known(j, "parent", a->parent);
	json_kstr(j, "name", a->name);
	json_kstr(j, "vendor", a->vendor);
	json_kbool(j, "vendor_by_mac", a->vendor_by_mac);
	json_kstr(j, "model", a->model);
	json_kstr(j, "firmware", a->firmware);
	json_kstr(j, "hardware", a->hardware);
	json_kstr(j, "software", a->software);
	json_kstr(j, "serial", a->serial);
	json_kstr(j, "role", a->role);
	json_key(j, "level");
	if (a->level >= 0) {
		json_int(j, a->level);
	} else {
		json_null(j);
	}
	json_roles(j, a);
	json_kbool(j, "safety", a->safety != NULL);
	json_list(j, "macs", a->macs, a->nmacs);
	json_list(j, "ips", a->ips, a->nips);
	json_key(j, "vlans");
	json_array(j);
	for (size_t i = 0; i < a->nvlans; i++) {
		json_uint(j, a->vlans[i]);
	}
	json_array_end(j);
	json_known(j, "at", a->at);
	if (a->nsubs != 0) {
		json_sub(j, &a->subs[0]);
	} else {
		json_key(j, "sub");
		json_null(j);
	}
	json_behind(j, a);
	json_list(j, "protocols", a->protocols, a->nprotocols);
	json_stamp(j, "first", a->first);
	json_stamp(j, "last", a->last);
	json_kbool(j, "approved", a->approved);
	json_kstr(j, "state", state_of(a));
	json_known(j, "replaced_by", a->replaced_by);
	json_declared(j, a);
	if (a->has_timeline) {
		json_groups(j, a);
		json_timeline(j, a);
	}
	json_facts(j, a);
	json_object_end(j);
}

/* --- the list ----------------------------------------------------------------------- */

struct taker {
	int (*row)(void *, const void *);
	void *arg;
};

static int
take(void *arg, const struct query_asset *a)
{
	struct taker *t = arg;

	return t->row(t->arg, a);
}

static int
page(struct query *q, const struct query_filter *f, struct query_page *p,
    int (*row)(void *, const void *), void *arg)
{
	struct taker t = {row, arg};

	return query_assets(q, f, p, take, &t);
}

static void
json(struct json *j, const void *row)
{
	export_asset_json(j, row);
}

int
export_assets(struct query *q, const struct query_filter *f,
    enum export_format format, FILE *out)
{
	static const struct source source = {
	    .column = columns,
	    .n = sizeof(columns) / sizeof(columns[0]),
	    .empty = "No assets yet.",
	    .legend = "* declared by a person",
	    .marked = is_marked,
	    .page = page,
	    .json = json,
	};

	return source_export(&source, q, f, format, out);
}
