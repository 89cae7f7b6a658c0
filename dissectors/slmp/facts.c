/*
 * facts: what answers say of who gives them.
 *
 * A CPU's name and the code of its model ([1] 5.6); what a device says of
 * itself when one looks for it ([3]); whether a password was right; that a CPU
 * stopped.  That it was told to run does not say that it does: its switch may
 * stand on STOP ([1] 5.6).  Its special register 203 does ([2] appendix).
 *
 *	node search  MAC (6) | 4 | IP (4) of who asks | MAC (6) | 4 | IP (4) |
 *	             mask (4) | gateway (4) | letters (1) | name | vendor (2) |
 *	             model (4) | version (2) | 4 | IP | port (2) | status (2)...
 *	             octets of addresses come last first; ffffffff: none
 */
#include <string.h>

#include "dissectors/slmp/slmp.h"

#define SD_STATE 203
#define SD       0x00a9

struct rd
slmp_trimmed(struct rd r)
{
	const uint8_t *p = r.p;
	size_t n = 0;

	while (n < rd_left(&r) && p[n] >= ' ' && p[n] < 0x7f) {
		n++;
	}
	while (n > 0 && p[n - 1] == ' ') {
		n--;
	}
	return rd_make(p, n);
}

static void
fact(struct slmp_msg *m, const char *key, enum ev_type type, const void *p,
    size_t n)
{
	if (n != 0) {
		dis_identity(
		    m->ctx, PROTO_SLMP, m->ctx->src, key, type, p, n, m->op);
	}
}

static void
named(struct slmp_msg *m, const char *key, const char *text)
{
	fact(m, key, EV_T_NAME, text, strlen(text));
}

#define CODE_MAX 10

/* "0x4a29" */
static void
coded(struct slmp_msg *m, const char *key, uint32_t v, size_t octets)
{
	static const char digits[] = "0123456789abcdef";
	char text[CODE_MAX];
	size_t n = 0;

	text[n++] = '0';
	text[n++] = 'x';
	for (size_t i = 2 * octets; i > 0; i--) {
		text[n++] = digits[v >> 4 * (i - 1) & 15];
	}
	fact(m, key, EV_T_TEXT, text, n);
}

void
slmp_cpu(struct slmp_msg *m, struct rd name, uint16_t code)
{
	if (slmp_is_melsec(code)) {
		named(m, "vendor", "Mitsubishi Electric");
	}
	name = slmp_trimmed(name);
	if (rd_left(&name) > 0) {
		fact(m, "model", EV_T_TEXT, name.p, rd_left(&name));
		coded(m, "product_code", code, 2);
	}
}

static void
type_name(struct slmp_msg *m)
{
	struct rd r = m->data, name = rd_sub(&r, 16);
	uint16_t code = (uint16_t)slmp_num(m, &r, 2);

	if (rd_ok(&r)) {
		slmp_cpu(m, name, code);
	}
}

/* --- who is there ---------------------------------------------------------- */

void
slmp_turned(struct rd r, uint8_t *ret)
{
	for (size_t i = 0, n = rd_left(&r); i < n; i++) {
		ret[i] = r.p[n - 1 - i];
	}
}

#define IP_TEXT 16

static size_t
put_octet(char *to, uint8_t v)
{
	size_t n = 0;

	if (v >= 100) {
		to[n++] = (char)('0' + v / 100);
	}
	if (v >= 10) {
		to[n++] = (char)('0' + v / 10 % 10);
	}
	to[n++] = (char)('0' + v % 10);
	return n;
}

static void
address(struct slmp_msg *m, const char *key, const uint8_t ip[4])
{
	static const uint8_t zeros[4], ones[4] = {0xff, 0xff, 0xff, 0xff};
	char text[IP_TEXT];
	size_t n = 0;

	if (memcmp(ip, zeros, 4) == 0 || memcmp(ip, ones, 4) == 0) {
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		if (i != 0) {
			text[n++] = '.';
		}
		n += put_octet(text + n, ip[i]);
	}
	fact(m, key, EV_T_TEXT, text, n);
}

/* What a device says of itself. */
struct node {
	struct rd mask, gateway, name;
	uint32_t vendor, model;
};

static bool
read_node(const struct slmp_msg *m, struct node *ret)
{
	struct rd r = m->data;
	bool four;

	rd_skip(&r, 6);
	four = !m->ascii && rd_u8(&r) == 4;
	rd_skip(&r, 4);
	rd_skip(&r, 6);
	four = four && rd_u8(&r) == 4;
	rd_skip(&r, 4);
	ret->mask = rd_sub(&r, 4);
	ret->gateway = rd_sub(&r, 4);
	ret->name = rd_sub(&r, rd_u8(&r));
	ret->vendor = rd_le16(&r);
	ret->model = rd_le32(&r);
	rd_skip(&r, 2);
	return four && rd_u8(&r) == 4 && rd_ok(&r);
}

bool
slmp_is_node(const struct slmp_msg *m)
{
	struct node n;

	return m->reply && m->has_command && m->command == SLMP_NODE_SEARCH &&
	       m->end == 0 && read_node(m, &n);
}

static void
found(struct slmp_msg *m)
{
	uint8_t a[4];
	struct node n;

	if (!read_node(m, &n)) {
		return;
	}
	coded(m, "vendor_id", n.vendor, 2);
	coded(m, "product_code", n.model, 4);
	n.name = slmp_trimmed(n.name);
	fact(m, "hostname", EV_T_TEXT, n.name.p, rd_left(&n.name));
	slmp_turned(n.mask, a);
	address(m, "netmask", a);
	slmp_turned(n.gateway, a);
	address(m, "gateway", a);
}

/* --- what changes ---------------------------------------------------------- */

void
slmp_state_fact(struct slmp_msg *m, const char *state, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_SLMP, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_STATE, state);
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

void
slmp_auth(struct slmp_msg *m, const char *action, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_SLMP, m->dir);

	ev_name(e, EVF_ACTION, action);
	ev_name(e, EVF_DETAIL, detail);
	dis_emit(m->ctx, e);
}

static void
password(struct slmp_msg *m)
{
	slmp_auth(m,
	    m->end != 0                 ? "fail"
	    : m->command == SLMP_UNLOCK ? "login"
					: "logout",
	    "remote_password");
}

/* The operating state of a CPU, where its register is read. */
static void
operating(struct slmp_msg *m)
{
	static const char *const names[] = {"run", "step_run", "stop", "pause"};
	int32_t v = slmp_word_of(m, SD, SD_STATE);

	if (v < 0 || (v & 15) > 3) {
		return;
	}
	named(m, "run_state", names[v & 15]);
	slmp_state_fact(
	    m, (v & 15) <= 1 ? "running" : "stopped", names[v & 15]);
}

/* A file goes from its opening to its closing; which one, the state knows. */
static void
transfer(struct slmp_msg *m, const char *phase)
{
	struct slmp_state *st = m->ctx->state;
	struct ev *e = dis_event(m->ctx, EV_TRANSFER, PROTO_SLMP, m->dir);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, st->writes ? "to_device" : "from_device");
	if (st->name_n != 0) {
		ev_bytes(e, EVF_NAME, EV_T_TEXT, st->name, st->name_n);
	}
	dis_emit(m->ctx, e);
}

static void
opened(struct slmp_msg *m)
{
	struct slmp_state *st = m->ctx->state;

	st->open = true;
	st->writes = m->wait.writes;
	st->name_n = m->wait.name_n;
	memcpy(st->name, m->wait.name, sizeof(st->name));
	transfer(m, "begin");
}

static void
closed(struct slmp_msg *m)
{
	struct slmp_state *st = m->ctx->state;

	if (st->open) {
		transfer(m, "end");
	}
	st->open = false;
}

static void
good(struct slmp_msg *m)
{
	switch (m->command) {
	case SLMP_TYPE_NAME: type_name(m); break;
	case SLMP_STOP: slmp_state_fact(m, "stopped", NULL); break;
	case SLMP_RESET: slmp_state_fact(m, "restarted", NULL); break;
	case SLMP_READ: operating(m); break;
	case SLMP_FILE_OPEN: opened(m); break;
	case SLMP_FILE_CLOSE: closed(m); break;
	default: break;
	}
}

void
slmp_facts(struct slmp_msg *m)
{
	if (!m->reply || !m->has_command) {
		return;
	}
	if (m->command == SLMP_UNLOCK || m->command == SLMP_LOCK) {
		password(m);
	}
	/* It is told to all, and so is hardly paired. */
	if (slmp_is_node(m)) {
		found(m);
	}
	if (slmp_is_good(m)) {
		good(m);
	}
}
