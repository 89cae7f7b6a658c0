/*
 * v2: how a tool begins with a controller of CODESYS V2 ([6], [7]).
 *
 *	bb bb | length (4) | 01               who is there
 *	bb bb | length (4) | ... | 64: system | 96: its version | 128: product
 *
 * Length is of what follows.  Nobody has published more than the first question
 * and its answer, so that is what is told; the rest of the connection is passed
 * over.  Controllers with the other order of octets are not known.
 */
#include "dissectors/codesys/codesys.h"

#define HEADER 6
#define TEXTS  64
#define TEXT   32
#define LEAST  (TEXTS + 2 * TEXT - HEADER + 1)
#define MOST   1024
#define MAGIC  0xbb
#define WHO    0x01

enum dis_rc
codesys_v2_find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	struct rd all = r;
	uint32_t length;

	for (size_t i = 0; i < 2 && rd_left(&r) > 0; i++) {
		if (rd_u8(&r) != MAGIC) {
			return DIS_NOT_MINE;
		}
	}
	*ret_need = rd_left(&all) < 2 ? 2 : HEADER + 1;
	if (rd_left(&all) < HEADER + 1) {
		return DIS_MORE;
	}
	length = rd_le32(&r);
	if (length == 1 ? rd_u8(&r) != WHO : length < LEAST || length > MOST) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = HEADER + length;
	return rd_left(&all) >= *ret_len ? DIS_OK : DIS_MORE;
}

/* Letters up to a zero; nothing where there are others among them. */
static struct rd
letters(struct rd r, size_t at)
{
	const uint8_t *p;
	size_t n = 0;

	rd_skip(&r, at);
	p = r.p;
	while (n < rd_left(&r) && n < TEXT && p[n] != 0) {
		if (p[n] < ' ' || p[n] > '~') {
			return rd_failed();
		}
		n++;
	}
	return rd_ok(&r) ? rd_make(p, n) : rd_failed();
}

static void
tell_text(struct ev *e, uint16_t id, struct rd r)
{
	if (rd_ok(&r) && rd_left(&r) > 0) {
		ev_bytes(e, id, EV_T_TEXT, r.p, rd_left(&r));
	}
}

void
codesys_v2(struct codesys_msg *m, struct rd r)
{
	struct dis_ctx *ctx = m->ctx;
	bool answer = rd_left(&r) > HEADER + 1;
	struct rd system = letters(r, TEXTS);
	struct ev *e;

	m->op = "v2_identify";
	m->dir = answer ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	ctx->client = answer ? !ctx->side : ctx->side;
	ctx->client_sure = true;
	if (answer && !m->cut) {
		m->paired = ctx->sv->take(ctx, 3ULL << 60, NULL, 0, &m->pair);
	} else if (!m->cut) {
		(void)ctx->sv->put(ctx, 3ULL << 60, NULL, 0);
	}
	if (m->paired) {
		dis_confirm(ctx);
	}
	e = dis_operation(
	    ctx, PROTO_CODESYS, m->dir, m->op, WHO, EV_CLASS_DISCOVERY);
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_name(e, CODESYSF_LAYER, "v2");
	if (m->paired) {
		tell_text(e, CODESYSF_SYSTEM, system);
		tell_text(e, CODESYSF_SYSTEM_VERSION, letters(r, TEXTS + TEXT));
		tell_text(e, CODESYSF_PRODUCT, letters(r, TEXTS + 2 * TEXT));
	}
	dis_emit(ctx, e);
	if (m->paired && rd_ok(&system) && rd_left(&system) > 0) {
		dis_identity(ctx, PROTO_CODESYS, ctx->src, "os", EV_T_TEXT,
		    system.p, rd_left(&system), m->op);
	}
	if (answer) {
		ctx->done = DIS_ALL_DONE;
	}
}
