/*
 * cyclonedx: the inventory as a bill of materials (CycloneDX 1.6, ECMA-424):
 * each device a component, what runs on it components of that one.
 *
 * What CycloneDX has no field for is a property named otus:KEY; a person's
 * word goes before what was observed, and otus:declared lists whose keys are
 * such.  serialNumber is a random UUID, as each document is one of its own.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/register_only.h"
#include "store/export/source.h"
#include "version.h"

#define PAGE_ROWS   128
#define JSON_BUFFER (64 * 1024)

struct bom {
	struct query *q;
	FILE *page;
	struct json j;
};

static void
property(struct json *j, const char *key, const char *value)
{
	char name[64];

	if (value == NULL || value[0] == '\0') {
		return;
	}
	(void)snprintf(name, sizeof(name), "otus:%.50s", key);
	json_object(j);
	json_kstr(j, "name", name);
	json_kstr(j, "value", value);
	json_object_end(j);
}

static void
property_list(
    struct json *j, const char *key, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		property(j, key, list[i]);
	}
}

static void
property_time(struct json *j, const char *key, uint64_t ns)
{
	char at[CLOCK_STAMP_MAX];

	if (ns != 0) {
		clock_rfc3339(at, ns);
		property(j, key, at);
	}
}

/* Words that are fields elsewhere. */
static bool
is_field(const char *key)
{
	static const char *const fields[] = {
	    "name", "vendor", "model", "firmware", "software", "os", "asset"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i], key) == 0) {
			return true;
		}
	}
	return false;
}

static void
observed(struct json *j, const struct query_asset *a, const char *key,
    const char *value)
{
	if (query_declared(a, key) == NULL) {
		property(j, key, value);
	}
}

/* In the words of the inventory's other form (inventory.c). */
static int
observed_details(struct bom *b, const struct query_asset *a)
{
	static const struct {
		const char *key;
		enum query_detail what;
	} details[] = {{"ports", QUERY_PORTS}, {"accounts", QUERY_ACCOUNTS},
	    {"logging", QUERY_LOGGING}};
	char buf[1024];
	int rc = 0;

	observed(&b->j, a, "hostname", source_fact(a, "hostname"));
	observed(&b->j, a, "location", source_fact(a, "location"));
	for (size_t i = 0; i < 3 && rc == 0; i++) {
		struct text t;

		text_start(&t, buf, sizeof(buf));
		rc = query_detail(b->q, a->row, details[i].what, &t);
		observed(&b->j, a, details[i].key, buf);
	}
	return rc;
}

static int
properties(struct bom *b, const struct query_asset *a, const char *heard)
{
	char buf[1024], declared[1024];
	int rc;
	struct json *j = &b->j;
	struct text t;

	json_key(j, "properties");
	json_array(j);
	property(j, "asset", a->id);
	property(j, "heard", heard);
	property(j, "model", a->model);
	property(j, "vendor_by_mac", a->vendor_by_mac ? "yes" : NULL);
	property_list(j, "ip", a->ips, a->nips);
	property_list(j, "mac", a->macs, a->nmacs);
	property_list(j, "protocol", a->protocols, a->nprotocols);
	observed(j, a, "serial", a->serial);
	observed(j, a, "hardware", a->hardware);
	observed(j, a, "role", a->role);
	if (a->level >= 0 && query_declared(a, "level") == NULL) {
		(void)snprintf(buf, sizeof(buf), "%d", a->level);
		property(j, "level", buf);
	}
	text_start(&t, buf, sizeof(buf));
	if (a->nsubs != 0) {
		query_put_sub(&t, &a->subs[0]);
	}
	observed(j, a, "sub", buf);
	rc = observed_details(b, a);
	property(j, "behind", a->parent);
	property_time(j, "first_seen", a->first);
	property_time(j, "last_seen", a->last);
	text_start(&t, declared, sizeof(declared));
	for (size_t i = 0; i < a->nwords; i++) {
		text_put(&t, i != 0 ? " " : "");
		text_put(&t, a->words[i].key);
		if (!is_field(a->words[i].key)) {
			(void)snprintf(buf, sizeof(buf), "%s%s",
			    strcmp(a->words[i].key, "ip") == 0 ||
				    strcmp(a->words[i].key, "mac") == 0
				? "declared_"
				: "",
			    a->words[i].key);
			property(j, buf, a->words[i].value);
		}
	}
	property(j, "declared", declared);
	json_array_end(j);
	return rc;
}

/* Its row in the register, where it was never heard. */
static const char *
reference(const struct query_asset *a)
{
	return a->id[0] != '\0' ? a->id : a->declared;
}

/* What runs on it. */
static void
part(struct json *j, const struct query_asset *a, const char *type,
    const char *name, const char *version)
{
	char ref[64];

	(void)snprintf(ref, sizeof(ref), "%s/%s", reference(a), type);
	json_object(j);
	json_kstr(j, "type", type);
	json_kstr(j, "bom-ref", ref);
	json_kstr(j, "name", name);
	if (version != NULL) {
		json_kstr(j, "version", version);
	}
	json_object_end(j);
}

static void
parts(struct json *j, const struct query_asset *a)
{
	const char *os = query_declared(a, "os");

	if (os == NULL) {
		os = source_fact(a, "os");
	}
	if (a->firmware == NULL && a->software == NULL && os == NULL) {
		return;
	}
	json_key(j, "components");
	json_array(j);
	if (a->firmware != NULL) {
		part(j, a, "firmware", "firmware", a->firmware);
	}
	if (a->software != NULL) {
		part(j, a, "application", "software", a->software);
	}
	if (os != NULL) {
		part(j, a, "operating-system", os, NULL);
	}
	json_array_end(j);
}

static const char *
name_of(const struct query_asset *a)
{
	const char *v = a->name != NULL    ? a->name
			: a->model != NULL ? a->model
			: a->nips != 0     ? a->ips[0]
			: a->nmacs != 0    ? a->macs[0]
					   : query_declared(a, "ip");

	return v != NULL ? v : reference(a);
}

static int
component(struct bom *b, const struct query_asset *a, const char *heard)
{
	struct json *j = &b->j;
	int rc;

	json_object(j);
	json_kstr(j, "type", "device");
	json_kstr(j, "bom-ref", reference(a));
	if (a->vendor != NULL) {
		json_key(j, "manufacturer");
		json_object(j);
		json_kstr(j, "name", a->vendor);
		json_object_end(j);
	}
	json_kstr(j, "name", name_of(a));
	if (a->hardware != NULL) {
		json_kstr(j, "version", a->hardware);
	}
	rc = properties(b, a, heard);
	parts(j, a);
	json_object_end(j);
	return rc != 0 ? rc : j->err;
}

static int
take(void *arg, const struct query_asset *a)
{
	return component(arg, a, "yes");
}

static int
take_unheard(void *arg, const struct query_asset *a, const char *why)
{
	return component(arg, a, why);
}

/* --- the document ----------------------------------------------------------- */

static int
to_page(void *arg, const char *p, size_t n)
{
	struct bom *b = arg;

	return fwrite(p, 1, n, b->page) == n ? 0 : ERR_NOMEM;
}

/* RFC 9562, version 4. */
static void
uuid(char buf[64])
{
	uint8_t r[16];

	randombytes_buf(r, sizeof(r));
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	(void)snprintf(buf, 64,
	    "urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10],
	    r[11], r[12], r[13], r[14], r[15]);
}

static void
head(struct json *j)
{
	char text[64], at[CLOCK_STAMP_MAX];

	uuid(text);
	clock_rfc3339(at, clock_wall_ns());
	json_object(j);
	json_kstr(
	    j, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	json_kstr(j, "bomFormat", "CycloneDX");
	json_kstr(j, "specVersion", "1.6");
	json_kstr(j, "serialNumber", text);
	json_kint(j, "version", 1);
	json_key(j, "metadata");
	json_object(j);
	json_kstr(j, "timestamp", at);
	json_key(j, "tools");
	json_object(j);
	json_key(j, "components");
	json_array(j);
	json_object(j);
	json_kstr(j, "type", "application");
	json_kstr(j, "name", "otus");
	json_kstr(j, "version", OTUS_VERSION);
	json_object_end(j);
	json_array_end(j);
	json_object_end(j);
	json_key(j, "component");
	json_object(j);
	json_kstr(j, "type", "platform");
	json_kstr(j, "bom-ref", "plant");
	json_kstr(j, "name", "monitored network");
	json_object_end(j);
	json_object_end(j);
	json_key(j, "components");
	json_array(j);
}

/* A page is read to its end before anything waits for the output. */
static int
run_page(struct bom *b, struct query_page *page, FILE *out)
{
	static const struct query_filter all;
	char *text = NULL;
	size_t n = 0;
	int rc;

	b->page = open_memstream(&text, &n);
	if (b->page == NULL) {
		return ERR_NOMEM;
	}
	rc = query_assets(b->q, &all, page, take, b);
	if (rc == 0 && page->after == 0) {
		rc = register_only(b->q, take_unheard, b);
		json_array_end(&b->j);
		json_object_end(&b->j);
		json_line_end(&b->j);
	}
	rc = rc == 0 ? json_flush(&b->j) : rc;
	if (fclose(b->page) != 0 && rc == 0) {
		rc = ERR_NOMEM;
	}
	if (rc == 0 && fwrite(text, 1, n, out) != n) {
		rc = ERR_IO;
	}
	free(text);
	return rc;
}

int
export_cyclonedx(struct query *q, FILE *out)
{
	struct query_page page = {.limit = PAGE_ROWS};
	char *buf = malloc(JSON_BUFFER);
	struct bom b = {.q = q};
	int rc = buf == NULL || sodium_init() < 0 ? ERR_NOMEM : 0;

	if (rc == 0) {
		json_init(&b.j, buf, JSON_BUFFER, to_page, &b);
		head(&b.j);
		do {
			rc = run_page(&b, &page, out);
		} while (rc == 0 && page.after != 0);
	}
	free(buf);
	return rc == 0 && fflush(out) != 0 ? ERR_IO : rc;
}
