/*
 * The roles' configurations as bytes: numbers little-endian, texts with a
 * length of two bytes before them.
 */
#include <assert.h>
#include <string.h>

#include "run/run.h"
#include "store/export/message.h"

struct out {
	uint8_t *p;
	size_t size, used;
};

static void
put(struct out *o, const void *p, size_t n)
{
	assert(o->size - o->used >= n);
	memcpy(o->p + o->used, p, n);
	o->used += n;
}

static void
put_num(struct out *o, uint64_t v, unsigned bytes)
{
	uint8_t b[8];

	for (unsigned i = 0; i < bytes; i++) {
		b[i] = (uint8_t)(v >> (8 * i));
	}
	put(o, b, bytes);
}

static void
put_text(struct out *o, const char *s)
{
	size_t n = strlen(s);

	put_num(o, n, 2);
	put(o, s, n);
}

/* A text without NUL that fits; else the reader fails. */
static void
get_text(struct rd *r, char *ret, size_t size)
{
	size_t n = rd_le16(r);
	const uint8_t *p;

	memset(ret, 0, size);
	if (n >= size) {
		rd_fail(r);
		return;
	}
	p = rd_bytes(r, n);
	if (p == NULL || memchr(p, 0, n) != NULL) {
		rd_fail(r);
		return;
	}
	memcpy(ret, p, n);
}

size_t
run_sensor_encode(uint8_t *buf, size_t size, const struct run_sensor_config *c)
{
	struct out o = {buf, size, 0};

	put_text(&o, c->name);
	put_num(&o, c->nifaces, 1);
	for (uint8_t i = 0; i < c->nifaces; i++) {
		put_text(&o, c->iface[i]);
	}
	put_text(&o, c->filter);
	put_num(&o, c->snaplen, 4);
	put_num(&o, c->ring_mib, 4);
	put_num(&o, c->fanout, 2);
	put_num(&o, c->second, 1);
	return o.used;
}

int
run_sensor_decode(struct rd r, struct run_sensor_config *ret)
{
	struct run_sensor_config c = {0};

	get_text(&r, c.name, sizeof c.name);
	c.nifaces = rd_u8(&r);
	if (c.nifaces == 0 || c.nifaces > RUN_IFACES_MAX) {
		return ERR_PEER;
	}
	for (uint8_t i = 0; i < c.nifaces; i++) {
		get_text(&r, c.iface[i], sizeof c.iface[i]);
	}
	get_text(&r, c.filter, sizeof c.filter);
	c.snaplen = rd_le32(&r);
	c.ring_mib = rd_le32(&r);
	c.fanout = rd_le16(&r);
	c.second = rd_u8(&r) != 0;
	if (!rd_ok(&r) || rd_left(&r) != 0) {
		return ERR_PEER;
	}
	*ret = c;
	return 0;
}

size_t
run_store_encode(uint8_t *buf, size_t size, const struct run_store_config *c)
{
	struct out o = {buf, size, 0};

	put_text(&o, c->dir);
	put_text(&o, c->rules);
	put_num(&o, c->learn_ns, 8);
	return o.used;
}

int
run_store_decode(struct rd r, struct run_store_config *ret)
{
	struct run_store_config c = {0};

	get_text(&r, c.dir, sizeof c.dir);
	get_text(&r, c.rules, sizeof c.rules);
	c.learn_ns = rd_le64(&r);
	if (!rd_ok(&r) || rd_left(&r) != 0) {
		return ERR_PEER;
	}
	*ret = c;
	return 0;
}

size_t
run_courier_encode(
    uint8_t *buf, size_t size, const struct run_courier_config *c)
{
	struct out o = {buf, size, 0};

	put_text(&o, c->host);
	put_num(&o, c->port, 2);
	put_num(&o, c->form, 1);
	return o.used;
}

int
run_courier_decode(struct rd r, struct run_courier_config *ret)
{
	struct run_courier_config c = {0};

	get_text(&r, c.host, sizeof c.host);
	c.port = rd_le16(&r);
	c.form = rd_u8(&r);
	if (!rd_ok(&r) || rd_left(&r) != 0 || c.host[0] == '\0' ||
	    c.port == 0 || c.form >= MESSAGE_FORMS) {
		return ERR_PEER;
	}
	*ret = c;
	return 0;
}
