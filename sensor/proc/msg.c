/*
 * msg: bodies of the messages between parent and children, little-endian.
 *
 *	text    u8 n, n printable ASCII characters
 *	name    a text without spaces
 *
 *	START   name role, text label, u32 generation, u8 log level,
 *	        u8 n, n x (u8 kind, name), u32 n, n bytes of configuration
 *	PEER    name, u32 generation
 *	HEALTH  name role, text label, u8 state, u8 end, u16 value, u32 pid,
 *	        u32 generation, u32 restarts, u32 crashes, u64 since,
 *	        text status, text sandbox
 *	CRASH   name role, text label, u32 generation, u16 signal, text
 *	        reason, u64 wall, u8 has_frame; then u16 linktype, u32 iface,
 *	        u32 len, u32 caplen, u64 number, u64 ts, u32 n, n bytes
 *	KEPT    name role, text label, u32 generation
 *	READY, STATUS   text
 *	GO, STOP, BARRIER, ALIVE   nothing
 *
 * Encoders are called with our own bounded structures, which fit into
 * CHAN_BODY_MAX; that is asserted, not reported.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proc/chan.h"
#include "proc/msg.h"

struct wr {
	uint8_t *p, *end;
};

static void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	assert((size_t)(w->end - w->p) >= n);
	if (n > 0) {
		memcpy(w->p, p, n);
		w->p += n;
	}
}

/* n bytes of v, low byte first. */
static void
wr_le(struct wr *w, uint64_t v, unsigned n)
{
	uint8_t b[8];

	for (unsigned i = 0; i < n; i++) {
		b[i] = (uint8_t)(v >> 8 * i);
	}
	wr_bytes(w, b, n);
}

static void
wr_text(struct wr *w, const char *s)
{
	size_t n = strlen(s);

	n = n < PROC_TEXT_MAX ? n : PROC_TEXT_MAX - 1;
	wr_le(w, n, 1);
	for (size_t i = 0; i < n; i++) {
		bool ok = (uint8_t)s[i] >= 0x20 && (uint8_t)s[i] < 0x7f;

		wr_bytes(w, ok ? &s[i] : "?", 1);
	}
}

/* A text of less than size bytes whose characters are at least `from`. */
static void
rd_text_from(struct rd *r, char *buf, size_t size, uint8_t from)
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_bytes(r, n);

	buf[0] = '\0';
	if (p == NULL || n >= size) {
		rd_fail(r);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (p[i] < from || p[i] >= 0x7f) {
			rd_fail(r);
			return;
		}
	}
	memcpy(buf, p, n);
	buf[n] = '\0';
}

static void
rd_text(struct rd *r, char *buf, size_t size)
{
	rd_text_from(r, buf, size, 0x20);
}

/* Never empty. */
static void
rd_name(struct rd *r, char *buf, size_t size)
{
	rd_text_from(r, buf, size, 0x21);
	if (buf[0] == '\0') {
		rd_fail(r);
	}
}

/* All was there, and nothing more. */
static int
rd_end(const struct rd *r)
{
	return rd_ok(r) && rd_left(r) == 0 ? 0 : ERR_PEER;
}

size_t
msg_start_encode(uint8_t *buf, size_t size, const struct msg_start *m)
{
	struct wr w = {buf, buf + size};

	assert(m->nfds <= PROC_FDS_MAX);
	assert(rd_left(&m->config) <= PROC_CONFIG_MAX);
	wr_text(&w, m->role);
	wr_text(&w, m->label);
	wr_le(&w, m->generation, 4);
	wr_le(&w, m->log_level, 1);
	wr_le(&w, m->nfds, 1);
	for (unsigned i = 0; i < m->nfds; i++) {
		wr_le(&w, m->fd[i].kind, 1);
		wr_text(&w, m->fd[i].name);
	}
	wr_le(&w, rd_left(&m->config), 4);
	wr_bytes(&w, m->config.p, rd_left(&m->config));
	return (size_t)(w.p - buf);
}

int
msg_start_decode(struct rd r, struct msg_start *ret)
{
	struct msg_start m = {0};
	uint32_t n;

	rd_name(&r, m.role, sizeof(m.role));
	rd_text(&r, m.label, sizeof(m.label));
	m.generation = rd_le32(&r);
	m.log_level = rd_u8(&r);
	m.nfds = rd_u8(&r);
	if (m.nfds > PROC_FDS_MAX) {
		return ERR_PEER;
	}
	for (unsigned i = 0; i < m.nfds; i++) {
		m.fd[i].kind = rd_u8(&r);
		rd_name(&r, m.fd[i].name, sizeof(m.fd[i].name));
		if (m.fd[i].kind >= PROC_FD_KINDS) {
			return ERR_PEER;
		}
	}
	n = rd_le32(&r);
	m.config = rd_sub(&r, n);
	if (n > PROC_CONFIG_MAX || rd_end(&r) != 0) {
		return ERR_PEER;
	}
	*ret = m;
	return 0;
}

size_t
msg_health_encode(uint8_t *buf, size_t size, const struct proc_health *m)
{
	struct wr w = {buf, buf + size};

	wr_text(&w, m->role);
	wr_text(&w, m->label);
	wr_le(&w, m->state, 1);
	wr_le(&w, m->end, 1);
	wr_le(&w, m->value, 2);
	wr_le(&w, m->pid, 4);
	wr_le(&w, m->generation, 4);
	wr_le(&w, m->restarts, 4);
	wr_le(&w, m->crashes, 4);
	wr_le(&w, m->since_ns, 8);
	wr_text(&w, m->status);
	wr_text(&w, m->sandbox);
	return (size_t)(w.p - buf);
}

int
msg_health_decode(struct rd r, struct proc_health *ret)
{
	struct proc_health m = {0};

	rd_name(&r, m.role, sizeof(m.role));
	rd_text(&r, m.label, sizeof(m.label));
	m.state = rd_u8(&r);
	m.end = rd_u8(&r);
	m.value = rd_le16(&r);
	m.pid = rd_le32(&r);
	m.generation = rd_le32(&r);
	m.restarts = rd_le32(&r);
	m.crashes = rd_le32(&r);
	m.since_ns = rd_le64(&r);
	rd_text(&r, m.status, sizeof(m.status));
	rd_text(&r, m.sandbox, sizeof(m.sandbox));
	if (rd_end(&r) != 0 || m.state >= PROC_STATES || m.end >= PROC_ENDS) {
		return ERR_PEER;
	}
	*ret = m;
	return 0;
}

size_t
msg_crash_encode(uint8_t *buf, size_t size, const struct proc_crash *m)
{
	struct wr w = {buf, buf + size};

	wr_text(&w, m->role);
	wr_text(&w, m->label);
	wr_le(&w, m->generation, 4);
	wr_le(&w, m->signal, 2);
	wr_text(&w, m->reason);
	wr_le(&w, m->wall_ns, 8);
	wr_le(&w, m->has_frame, 1);
	if (m->has_frame) {
		wr_le(&w, m->linktype, 2);
		wr_le(&w, m->iface, 4);
		wr_le(&w, m->len, 4);
		wr_le(&w, m->caplen, 4);
		wr_le(&w, m->number, 8);
		wr_le(&w, m->ts_ns, 8);
		wr_le(&w, m->data_len, 4);
		wr_bytes(&w, m->data, m->data_len);
	}
	return (size_t)(w.p - buf);
}

int
msg_crash_decode(struct rd r, struct proc_crash *ret)
{
	struct proc_crash m = {0};
	uint8_t has;

	rd_name(&r, m.role, sizeof(m.role));
	rd_text(&r, m.label, sizeof(m.label));
	m.generation = rd_le32(&r);
	m.signal = rd_le16(&r);
	rd_text(&r, m.reason, sizeof(m.reason));
	m.wall_ns = rd_le64(&r);
	has = rd_u8(&r);
	m.has_frame = has != 0;
	if (m.has_frame) {
		m.linktype = rd_le16(&r);
		m.iface = rd_le32(&r);
		m.len = rd_le32(&r);
		m.caplen = rd_le32(&r);
		m.number = rd_le64(&r);
		m.ts_ns = rd_le64(&r);
		m.data_len = rd_le32(&r);
		m.data = rd_bytes(&r, m.data_len);
	}
	if (rd_end(&r) != 0 || has > 1 || m.data_len > m.caplen) {
		return ERR_PEER;
	}
	*ret = m;
	return 0;
}

size_t
msg_peer_encode(uint8_t *buf, size_t size, const struct msg_peer *m)
{
	struct wr w = {buf, buf + size};

	wr_text(&w, m->name);
	wr_le(&w, m->generation, 4);
	return (size_t)(w.p - buf);
}

int
msg_peer_decode(struct rd r, struct msg_peer *ret)
{
	struct msg_peer m = {0};

	rd_name(&r, m.name, sizeof(m.name));
	m.generation = rd_le32(&r);
	if (rd_end(&r) != 0) {
		return ERR_PEER;
	}
	*ret = m;
	return 0;
}

size_t
msg_kept_encode(uint8_t *buf, size_t size, const struct msg_kept *m)
{
	struct wr w = {buf, buf + size};

	wr_text(&w, m->role);
	wr_text(&w, m->label);
	wr_le(&w, m->generation, 4);
	return (size_t)(w.p - buf);
}

int
msg_kept_decode(struct rd r, struct msg_kept *ret)
{
	struct msg_kept m = {0};

	rd_name(&r, m.role, sizeof(m.role));
	rd_text(&r, m.label, sizeof(m.label));
	m.generation = rd_le32(&r);
	if (rd_end(&r) != 0) {
		return ERR_PEER;
	}
	*ret = m;
	return 0;
}

size_t
msg_text_encode(uint8_t *buf, size_t size, const char *text)
{
	struct wr w = {buf, buf + size};

	wr_text(&w, text);
	return (size_t)(w.p - buf);
}

int
msg_text_decode(struct rd r, char ret[PROC_TEXT_MAX])
{
	char text[PROC_TEXT_MAX];

	rd_text(&r, text, sizeof(text));
	if (rd_end(&r) != 0) {
		return ERR_PEER;
	}
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

const char *
proc_state_name(uint8_t state)
{
	static const char *const names[PROC_STATES] = {
	    [PROC_WAITING] = "waiting",
	    [PROC_STARTING] = "starting",
	    [PROC_RUNNING] = "running",
	    [PROC_LOST] = "interface lost",
	    [PROC_STOPPING] = "stopping",
	    [PROC_STOPPED] = "stopped",
	};

	return state < PROC_STATES ? names[state] : "unknown";
}

void
proc_end_text(char *buf, uint8_t end, uint16_t value)
{
	const char *abbrev =
	    end == PROC_END_SIGNAL ? sigabbrev_np(value) : NULL;

	if (end == PROC_END_NONE) {
		snprintf(buf, 64, "never ended");
	} else if (end == PROC_END_EXIT) {
		snprintf(buf, 64, "exited with code %u", value);
	} else if (abbrev != NULL) {
		snprintf(buf, 64, "killed by SIG%s", abbrev);
	} else {
		snprintf(buf, 64, "killed by signal %u", value);
	}
}
