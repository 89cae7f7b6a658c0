/*
 * message: see message.h.
 *
 *	<PRI>1 TIME HOST otus - RULE [otus@32473 event="..." ...] text
 *
 * RFC 5424.  32473 is the enterprise number that RFC 5612 reserves for
 * examples: otus has none of its own.  Facility 16 (local0); severity from
 * the rule.  A byte order mark stands before the sentence only, where
 * RFC 5424, 6.4 asks for it: a reader of JSON must not find one (RFC 8259,
 * 8.1), and one of CEF looks for "CEF:" first.
 *
 * What is told comes from packets.  No text brings a control character, and
 * each is escaped for the place where it stands: a receiver never sees a
 * second message, field or element that an attacker wrote.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/export/message.h"
#include "version.h"

#define FACILITY  16
#define BOM       "\xef\xbb\xbf"
#define MSGID_MAX 32 /* RFC 5424, 6.2.7 */

/* Of one text before it is escaped.  A dozen parameters leave half of the
 * message to what follows them, even when each byte needs a backslash. */
#define PARAM_MAX 160
#define TEXT_MAX  2048

struct out {
	char *buf;
	size_t used;
};

/* Trusted text, as a whole or not at all. */
static void
put(struct out *o, const char *s)
{
	size_t n = strlen(s);

	if (n <= MESSAGE_MAX - o->used) {
		memcpy(o->buf + o->used, s, n);
		o->used += n;
	}
}

static void
put_uint(struct out *o, uint64_t v)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)v);
	put(o, number);
}

/* Length of the character at p, which is valid UTF-8. */
static size_t
char_len(const char *p)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

	return strnlen(p, n);
}

/* C0, DEL; C1 (U+0080 to U+009F), which some terminals obey. */
static bool
is_control(const char *p, size_t len)
{
	unsigned char c = (unsigned char)p[0];

	return c < 0x20 || c == 0x7f ||
	       (len == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

/*
 * At most max bytes of text, a backslash before each character of quote,
 * spaces for control characters.  Character by character, each with its
 * backslash or not at all, as long as there is room.
 */
static void
put_escaped(struct out *o, const char *text, size_t max, const char *quote)
{
	char clean[TEXT_MAX + 1];
	size_t len;

	if (text == NULL) {
		return;
	}
	(void)utf8_clean(clean, max + 1, text, strlen(text), NULL);
	for (const char *p = clean; *p != '\0'; p += len) {
		char piece[5];
		size_t n = 0;

		len = char_len(p);
		if (is_control(p, len)) {
			piece[n++] = ' ';
		} else {
			if (strchr(quote, *p) != NULL) {
				piece[n++] = '\\';
			}
			memcpy(piece + n, p, len);
			n += len;
		}
		if (n > MESSAGE_MAX - o->used) {
			return;
		}
		memcpy(o->buf + o->used, piece, n);
		o->used += n;
	}
}

/* --- header and structured data --------------------------------------------- */

static const struct {
	const char *name;
	int syslog, cef; /* RFC 5424, table 2; CEF: 0 to 10 */
} severity[] = {
    {"critical", 2, 10},
    {"high", 3, 8},
    {"medium", 4, 5},
    {"low", 5, 3},
    {"info", 6, 1},
};

static size_t
severity_row(const char *name)
{
	size_t n = sizeof(severity) / sizeof(severity[0]);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(severity[i].name, name) == 0) {
			return i;
		}
	}
	return n - 1;
}

static bool
is_known(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* RFC 5424, 6.3.3: what stands between the quotes. */
static void
put_param(struct out *o, const char *name, const char *value)
{
	if (!is_known(value)) {
		return;
	}
	put(o, " ");
	put(o, name);
	put(o, "=\"");
	put_escaped(o, value, PARAM_MAX, "\"\\]");
	put(o, "\"");
}

static const char *
end_text(const struct query_end *e)
{
	return is_known(e->ip) ? e->ip : e->mac;
}

/* PRINTUSASCII, at least one (RFC 5424, 6). */
static void
put_word(struct out *o, const char *s, size_t max)
{
	char word[MESSAGE_HOST_MAX];
	size_t n = 0;

	for (; n < max && s[n] != '\0'; n++) {
		word[n] = s[n] > 0x20 && s[n] < 0x7f ? s[n] : '_';
	}
	word[n] = '\0';
	put(o, n != 0 ? word : "-");
}

static void
put_header(struct out *o, const char *host, const struct query_alert *a)
{
	char time[32];

	put(o, "<");
	put_uint(o, (uint64_t)(FACILITY * 8 +
			       severity[severity_row(a->severity)].syslog));
	put(o, ">1 ");
	(void)clock_rfc3339(time, a->last);
	put(o, time);
	put(o, " ");
	put_word(o, host, MESSAGE_HOST_MAX - 1);
	put(o, " otus - ");
	put_word(o, a->rule, MSGID_MAX);
}

static void
put_data(struct out *o, const char *event, uint64_t count,
    const struct query_alert *a)
{
	char text[32];

	put(o, " [otus@32473");
	put_param(o, "event", event);
	put_param(o, "alert", a->id);
	put_param(o, "rule", a->rule);
	put_param(o, "severity", a->severity);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)count);
	put_param(o, "count", text);
	(void)clock_rfc3339(text, a->first);
	put_param(o, "first", text);
	put_param(o, "src", end_text(&a->src));
	put_param(o, "srcAsset", a->src.id);
	put_param(o, "dst", end_text(&a->dst));
	put_param(o, "dstAsset", a->dst.id);
	put_param(o, "attack", a->attack);
	put(o, "] ");
}

/* --- texts --------------------------------------------------------------- */

static void
put_sentence(struct out *o, const struct query_alert *a)
{
	put(o, BOM);
	put_escaped(o, a->title, TEXT_MAX, "");
	put(o, ": ");
	put_escaped(o, a->soc, TEXT_MAX, "");
}

static void
cef_pair(struct out *o, const char *key, const char *value, size_t max)
{
	if (!is_known(value)) {
		return;
	}
	put(o, " ");
	put(o, key);
	put(o, "=");
	put_escaped(o, value, max, "\\=");
}

static void
cef_address(struct out *o, const char *ip, const char *ip4_key,
    const char *ip6_key, const char *ip6_label)
{
	if (!is_known(ip) || strchr(ip, ':') == NULL) {
		cef_pair(o, ip4_key, ip, PARAM_MAX);
		return;
	}
	put(o, ip6_label);
	cef_pair(o, ip6_key, ip, PARAM_MAX);
}

/* ArcSight Common Event Format, version 0 (implementation standard 25). */
static void
put_cef(struct out *o, const char *event, uint64_t count,
    const struct query_alert *a)
{
	put(o, "CEF:0|otus|otus|" OTUS_VERSION "|");
	put_escaped(o, a->rule, PARAM_MAX, "\\|");
	put(o, "|");
	put_escaped(o, a->title, 512, "\\|"); /* Name: 512 characters */
	put(o, "|");
	put_uint(o, (uint64_t)severity[severity_row(a->severity)].cef);
	put(o, "|externalId=");
	put_escaped(o, event, PARAM_MAX, "\\=");
	put(o, " cnt=");
	put_uint(o, count);
	put(o, " start=");
	put_uint(o, a->first / NS_PER_MS);
	put(o, " end=");
	put_uint(o, a->last / NS_PER_MS);
	cef_address(
	    o, a->src.ip, "src", "c6a2", " c6a2Label=Source IPv6 Address");
	cef_pair(o, "smac", a->src.mac, PARAM_MAX);
	cef_pair(o, "shost", a->src.name, PARAM_MAX);
	cef_address(
	    o, a->dst.ip, "dst", "c6a3", " c6a3Label=Destination IPv6 Address");
	cef_pair(o, "dmac", a->dst.mac, PARAM_MAX);
	cef_pair(o, "dhost", a->dst.name, PARAM_MAX);
	if (is_known(a->attack)) {
		put(o, " cs1Label=attack");
		cef_pair(o, "cs1", a->attack, PARAM_MAX);
	}
	if (is_known(a->ot)) {
		put(o, " cs2Label=process");
		cef_pair(o, "cs2", a->ot, 1023); /* msg and cs2: as defined */
	}
	cef_pair(o, "msg", a->soc, 1023);
}

static void
json_text(struct json *j, const char *key, const char *text, size_t max)
{
	char cut[TEXT_MAX + 1];
	size_t n;

	json_key(j, key);
	if (!is_known(text)) {
		json_null(j);
		return;
	}
	n = utf8_clean(cut, max + 1, text, strlen(text), NULL);
	json_strn(j, cut, n);
}

/* "T0855, T0836" as an array. */
static void
json_attack(struct json *j, const char *s)
{
	unsigned n = 0;

	json_key(j, "attack");
	json_array(j);
	while (*(s += strspn(s, ", ")) != '\0' && n++ < 16) {
		size_t len = strcspn(s, ", ");

		json_strn(j, s, len < 16 ? len : 16);
		s += len;
	}
	json_array_end(j);
}

/* Keys and values as `otus alerts --json` has them, and the event's id. */
static void
json_alert(struct json *j, const char *event, uint64_t count,
    const struct query_alert *a, size_t max)
{
	size_t param = max < PARAM_MAX ? max : PARAM_MAX;
	char text[CLOCK_STAMP_MAX];

	json_object(j);
	json_text(j, "event", event, PARAM_MAX);
	json_kstr(j, "id", a->id);
	json_text(j, "rule", a->rule, param);
	json_text(j, "severity", a->severity, param);
	json_text(j, "state", a->state, param);
	json_kuint(j, "count", count);
	json_key(j, "first");
	json_ascii(j, text, clock_stamp(text, a->first));
	json_key(j, "last");
	json_ascii(j, text, clock_stamp(text, a->last));
	json_text(j, "src", a->src.id, param);
	json_text(j, "dst", a->dst.id, param);
	json_text(j, "src_ip", a->src.ip, param);
	json_text(j, "dst_ip", a->dst.ip, param);
	json_text(j, "title", a->title, max);
	json_text(j, "soc", a->soc, max);
	json_text(j, "ot", a->ot, max);
	json_attack(j, a->attack != NULL ? a->attack : "");
	json_text(j, "check", a->check, max);
	json_text(j, "src_name", a->src.name, param);
	json_text(j, "dst_name", a->dst.name, param);
	json_text(j, "src_mac", a->src.mac, param);
	json_text(j, "dst_mac", a->dst.mac, param);
	json_object_end(j);
}

/* Cut JSON is none: its texts are shortened until the whole fits. */
static void
put_json(struct out *o, const char *event, uint64_t count,
    const struct query_alert *a)
{
	for (size_t max = TEXT_MAX; max >= 8; max /= 2) {
		struct json j;

		json_init(
		    &j, o->buf + o->used, MESSAGE_MAX - o->used, NULL, NULL);
		json_alert(&j, event, count, a, max);
		if (j.err == 0) {
			o->used += j.used;
			return;
		}
	}
}

/* --- the whole ------------------------------------------------------------- */

int
message_form_parse(const char *name)
{
	static const char *const form[MESSAGE_FORMS] = {
	    "rfc5424", "cef", "json"};

	for (int i = 0; i < MESSAGE_FORMS; i++) {
		if (strcmp(form[i], name) == 0) {
			return i;
		}
	}
	return -1;
}

void
message_host(char buf[MESSAGE_HOST_MAX])
{
	memset(buf, 0, MESSAGE_HOST_MAX);
	if (gethostname(buf, MESSAGE_HOST_MAX - 1) != 0) {
		buf[0] = '\0'; /* put_word() makes "-" of it */
	}
}

size_t
message_make(char buf[MESSAGE_MAX], enum message_form form, const char *host,
    const char *event, uint64_t count, const struct query_alert *a)
{
	struct out o = {buf, 0};

	put_header(&o, host, a);
	put_data(&o, event, count, a);
	switch (form) {
	case MESSAGE_CEF: put_cef(&o, event, count, a); break;
	case MESSAGE_JSON: put_json(&o, event, count, a); break;
	default: put_sentence(&o, a); break;
	}
	return o.used;
}
