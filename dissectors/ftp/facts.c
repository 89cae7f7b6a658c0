/*
 * ftp: what commands and replies say of the server and of what is done there:
 * its greeting (code 220) and its system (215), who logs in, which file goes
 * where.
 *
 * A greeting is words: known products in it are its software or its system,
 * with the version behind them; all of it is the description, unless it says
 * nothing but that this is an FTP server.  Of several lines each is looked at,
 * and the first that says a thing is believed: one message tells one value.
 */
#include "dissectors/ftp/ftp.h"

/* RFC 959, 4.1; RFC 2228, 2389, 2428, 3659. */
const struct ftp_verb ftp_verbs[] = {
    {"abor", EV_CLASS_SESSION, FTP_TELLS},
    {"acct", EV_CLASS_SESSION, FTP_SECRET},
    {"adat", EV_CLASS_SESSION, FTP_SECRET},
    {"allo", EV_CLASS_SESSION, FTP_TELLS},
    {"appe", EV_CLASS_FILE, FTP_PUTS},
    {"auth", EV_CLASS_SESSION, FTP_AUTH},
    {"ccc", EV_CLASS_SESSION, FTP_TELLS},
    {"cdup", EV_CLASS_FILE, FTP_TELLS},
    {"cwd", EV_CLASS_FILE, FTP_TELLS},
    {"dele", EV_CLASS_FILE, FTP_TELLS},
    {"eprt", EV_CLASS_SESSION, FTP_TELLS},
    {"epsv", EV_CLASS_SESSION, FTP_TELLS},
    {"feat", EV_CLASS_DISCOVERY, FTP_TELLS},
    {"help", EV_CLASS_DISCOVERY, FTP_TELLS},
    {"list", EV_CLASS_FILE, FTP_TELLS},
    {"mdtm", EV_CLASS_FILE, FTP_TELLS},
    {"mkd", EV_CLASS_FILE, FTP_TELLS},
    {"mlsd", EV_CLASS_FILE, FTP_TELLS},
    {"mlst", EV_CLASS_FILE, FTP_TELLS},
    {"mode", EV_CLASS_SESSION, FTP_TELLS},
    {"nlst", EV_CLASS_FILE, FTP_TELLS},
    {"noop", EV_CLASS_SESSION, FTP_TELLS},
    {"opts", EV_CLASS_SESSION, FTP_TELLS},
    {"pass", EV_CLASS_SESSION, FTP_SECRET},
    {"pasv", EV_CLASS_SESSION, FTP_TELLS},
    {"pbsz", EV_CLASS_SESSION, FTP_TELLS},
    {"port", EV_CLASS_SESSION, FTP_TELLS},
    {"prot", EV_CLASS_SESSION, FTP_TELLS},
    {"pwd", EV_CLASS_FILE, FTP_TELLS},
    {"quit", EV_CLASS_SESSION, FTP_TELLS},
    {"rein", EV_CLASS_SESSION, FTP_TELLS},
    {"rest", EV_CLASS_SESSION, FTP_TELLS},
    {"retr", EV_CLASS_FILE, FTP_GETS},
    {"rmd", EV_CLASS_FILE, FTP_TELLS},
    {"rnfr", EV_CLASS_FILE, FTP_TELLS},
    {"rnto", EV_CLASS_FILE, FTP_TELLS},
    {"site", EV_CLASS_OTHER, FTP_SECRET},
    {"size", EV_CLASS_FILE, FTP_TELLS},
    {"smnt", EV_CLASS_FILE, FTP_TELLS},
    {"stat", EV_CLASS_DISCOVERY, FTP_TELLS},
    {"stor", EV_CLASS_FILE, FTP_PUTS},
    {"stou", EV_CLASS_FILE, FTP_PUTS},
    {"stru", EV_CLASS_SESSION, FTP_TELLS},
    {"syst", EV_CLASS_DISCOVERY, FTP_SYST},
    {"type", EV_CLASS_SESSION, FTP_TELLS},
    {"user", EV_CLASS_SESSION, FTP_USER},
    {"unknown", EV_CLASS_OTHER, FTP_SECRET},
};

#define VERBS (sizeof(ftp_verbs) / sizeof(ftp_verbs[0]) - 1)

uint8_t
ftp_verb_find(const struct rd *word)
{
	uint8_t i = 0;

	while (
	    i < VERBS && (word == NULL || !line_is(word, ftp_verbs[i].name))) {
		i++;
	}
	return i;
}

bool
ftp_verb_is_known(uint8_t verb)
{
	return verb < VERBS;
}

/* --- a greeting's words ----------------------------------------------------- */

/* What names a product; the next word is its version if it is a number. */
static const struct product {
	const char *start, *key;
} products[] = {
    {"filezilla server", "software"},
    {"linux-ftpd", "software"},
    {"microsoft ftp service", "software"},
    {"proftpd", "software"},
    {"pure-ftpd", "software"},
    {"serv-u ftp server", "software"},
    {"vsftpd", "software"},
    {"vxworks", "os"},
    {"nucleus", "os"},
    {"qnx", "os"},
};

#define PRODUCTS (sizeof(products) / sizeof(products[0]))

/* Words that say nothing of whose server it is. */
static const char *const plain[] = {"a", "connected", "file", "for", "ftp",
    "ftpd", "hello", "new", "ok", "ready", "server", "service", "the", "this",
    "to", "transfer", "user", "welcome"};

static bool
is_word(uint8_t c)
{
	c = (uint8_t)line_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool
is_plain(const struct rd *word)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (line_is(word, plain[i])) {
			return true;
		}
	}
	return false;
}

/* The next run of letters and digits; false at the end. */
static bool
next_word(struct rd *r, struct rd *ret)
{
	const uint8_t *from;

	while (rd_left(r) > 0 && !is_word(*r->p)) {
		rd_skip(r, 1);
	}
	from = r->p;
	while (rd_left(r) > 0 && is_word(*r->p)) {
		rd_skip(r, 1);
	}
	*ret = rd_make(from, (size_t)(r->p - from));
	return rd_left(ret) > 0;
}

static bool
says_something(struct rd text)
{
	struct rd word;

	while (next_word(&text, &word)) {
		if (!is_plain(&word)) {
			return true;
		}
	}
	return false;
}

bool
ftp_is_greeting(const struct rd *text)
{
	struct rd r = *text;
	bool is = false;

	for (; rd_left(&r) > 0; rd_skip(&r, 1)) {
		if (line_has(&r, "smtp")) {
			return false;
		}
		is |= line_has(&r, "ftp") || line_has(&r, "filezilla");
	}
	return is;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A version: digits, and what is not a blank, a comma or a bracket. */
static size_t
version_len(const struct rd *r)
{
	size_t n = 0, left = rd_left(r);

	if (left > 1 && line_lower(r->p[0]) == 'v' && is_digit(r->p[1])) {
		n = 1;
	}
	if (n == left || !is_digit(r->p[n])) {
		return 0;
	}
	while (
	    n < left && r->p[n] > ' ' && memchr(",;()[]", r->p[n], 6) == NULL) {
		n++;
	}
	return n;
}

/* With its version, when that follows at once, or behind a blank, a slash or a
 * minus. */
static size_t
product_len(struct rd r, const char *start)
{
	size_t n = strlen(start), between = 0, more;

	rd_skip(&r, n);
	if (rd_left(&r) >= 2 && memchr(" -/", *r.p, 3) != NULL) {
		rd_skip(&r, 1);
		between = 1;
	}
	more = version_len(&r);
	return more != 0 ? n + between + more : n;
}

/* The longest: a name may come twice, once with its version. */
static struct rd
find_product(struct rd text, const char *start)
{
	struct rd best = rd_make(text.p, 0);

	for (; rd_left(&text) > 0; rd_skip(&text, 1)) {
		struct rd r = text;
		size_t n;

		if (!line_has(&text, start)) {
			continue;
		}
		n = product_len(text, start);
		if (n > rd_left(&best)) {
			best = rd_sub(&r, n);
		}
	}
	return best;
}

static void
identity(struct dis_ctx *ctx, const char *key, const struct rd *text,
    const char *via)
{
	if (rd_left(text) > 0) {
		dis_identity(ctx, PROTO_FTP, ctx->src, key, EV_T_TEXT, text->p,
		    rd_left(text), via);
	}
}

/* Rules and stars around it are no part of it. */
static struct rd
without_frame(struct rd r)
{
	while (rd_left(&r) > 0 && memchr("-*=#_ ", *r.p, 6) != NULL) {
		rd_skip(&r, 1);
	}
	while (rd_left(&r) > 0 && memchr("-*=#_ ", r.end[-1], 6) != NULL) {
		r.end--;
	}
	return r;
}

enum { GREETED_WORDS = 1, GREETED_SOFTWARE = 2, GREETED_OS = 4 };

static void
tell_once(
    struct dis_ctx *ctx, uint8_t what, const char *key, const struct rd *text)
{
	struct ftp_state *st = ctx->state;

	if (rd_left(text) > 0 && !(st->greeted & what)) {
		st->greeted |= what;
		identity(ctx, key, text, "greeting");
	}
}

static void
tell_greeting(struct dis_ctx *ctx, const struct rd *text)
{
	struct rd words = without_frame(*text);

	if (says_something(words)) {
		tell_once(ctx, GREETED_WORDS, "description", &words);
	}
	for (size_t i = 0; i < PRODUCTS; i++) {
		struct rd p = find_product(words, products[i].start);

		tell_once(ctx,
		    products[i].key[0] == 'o' ? GREETED_OS : GREETED_SOFTWARE,
		    products[i].key, &p);
	}
}

void
ftp_greets_on(struct dis_ctx *ctx, const struct rd *text)
{
	struct ftp_state *st = ctx->state;

	if (st->greets > 0) {
		st->greets--;
		ctx->ev->dir = EV_DIR_RESPONSE;
		tell_greeting(ctx, text);
	}
}

/* The system's official name, then what its files are made of: 4.2, 215. */
static void
tell_system(struct dis_ctx *ctx, struct rd text)
{
	struct rd r = text;

	for (; rd_left(&r) > 0; rd_skip(&r, 1)) {
		if (line_has(&r, " type:")) {
			text.end = r.p;
			break;
		}
	}
	text = line_trim(text);
	identity(ctx, "os", &text, "syst");
}

/* --- who logs in, and which file goes where ---------------------------------- */

static void
keep(struct ftp_text *to, const struct rd *text)
{
	size_t n = rd_left(text);

	to->n = (uint8_t)(n < FTP_NAME_MAX ? n : FTP_NAME_MAX);
	if (n != 0) {
		memcpy(to->text, text->p, to->n);
	}
}

static void
tell_auth(struct dis_ctx *ctx, const char *action)
{
	const struct ftp_state *st = ctx->state;
	struct ev *e =
	    dis_event(ctx, EV_AUTH, PROTO_FTP, (enum ev_dir)ctx->ev->dir);

	ev_name(e, EVF_ACTION, action);
	if (st->user.n != 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, st->user.text, st->user.n);
	}
	ev_name(e, EVF_DETAIL, "clear text");
	dis_emit(ctx, e);
}

void
ftp_asked(struct dis_ctx *ctx, uint8_t verb, const struct rd *argument)
{
	struct ftp_state *st = ctx->state;

	switch (ftp_verbs[verb].does) {
	case FTP_USER:
		keep(&st->user, argument);
		tell_auth(ctx, "login");
		break;
	case FTP_GETS:
	case FTP_PUTS:
		keep(&st->file, argument);
		st->began = false;
		break;
	default: break;
	}
}

/* How long the file is, where the text says so: "(1164 bytes)". */
static bool
find_bytes(struct rd text, uint64_t *ret)
{
	for (; rd_left(&text) > 0; rd_skip(&text, 1)) {
		struct rd r = text;
		uint64_t n = 0;
		int digits = 0;

		if (*r.p != '(') {
			continue;
		}
		rd_skip(&r, 1);
		for (; rd_left(&r) > 0 && is_digit(*r.p) && digits < 18;
		     digits++) {
			n = n * 10 + (rd_u8(&r) - '0');
		}
		if (digits > 0 && line_has(&r, " byte")) {
			*ret = n;
			return true;
		}
	}
	return false;
}

static void
tell_transfer(struct dis_ctx *ctx, const char *phase, const struct ftp_reply *r)
{
	const struct ftp_state *st = ctx->state;
	struct ev *e =
	    dis_event(ctx, EV_TRANSFER, PROTO_FTP, (enum ev_dir)ctx->ev->dir);
	uint64_t bytes;

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION,
	    ftp_verbs[r->verb].does == FTP_GETS ? "from_device" : "to_device");
	if (st->file.n != 0) {
		ev_bytes(e, EVF_NAME, EV_T_TEXT, st->file.text, st->file.n);
	}
	if (r->code < 200 && find_bytes(r->text, &bytes)) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	if (r->code >= 400) {
		ev_name(e, EVF_DETAIL, "failed");
	}
	dis_emit(ctx, e);
}

/* What did not begin has not ended, unless it ends well. */
static void
transfer(struct dis_ctx *ctx, const struct ftp_reply *r)
{
	struct ftp_state *st = ctx->state;

	if (r->code < 200) {
		if (!st->began) {
			tell_transfer(ctx, "begin", r);
		}
		st->began = true;
		return;
	}
	if (r->code < 300 || st->began) {
		tell_transfer(ctx, "end", r);
	}
	st->began = false;
}

void
ftp_answered(struct dis_ctx *ctx, const struct ftp_reply *r)
{
	struct ftp_state *st = ctx->state;
	uint8_t does = ftp_verbs[r->verb].does;

	if (r->code == 220 && !r->paired) {
		st->greeted = 0;
		st->greets = r->goes_on ? FTP_GREETS_MAX : 0;
		tell_greeting(ctx, &r->text);
	} else if (r->code == 215 && does == FTP_SYST) {
		tell_system(ctx, r->text);
	} else if ((r->code == 530 || r->code == 430) && r->paired &&
		   (does == FTP_USER || does == FTP_SECRET)) {
		tell_auth(ctx, "fail");
	} else if (does == FTP_GETS || does == FTP_PUTS) {
		transfer(ctx, r);
	}
}
