/*
 * fox: what Niagara stations and their tools say to each other.
 *
 * There is no public standard.  What is known of it: the frames that stations
 * answer scanners with, recordings, and analyses of NiagaraAX 3 and Niagara 4
 * that others have published.
 *
 *   fox.c     frames: where they end, who sends them, what answers what
 *   body.c    tuples; who either end says that it is, and who logs in
 */
#ifndef OTUS_DISSECTORS_FOX_FOX_H
#define OTUS_DISSECTORS_FOX_FOX_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define FOX_BAD_HEADER "no_header" /* no line of words as a frame begins with */
#define FOX_BAD_BODY   "body"      /* neither tuple nor end                  */
#define FOX_BAD_DEPTH  "depth"     /* messages in messages in messages       */

#define FOX_USER_MAX 96

enum fox_field {
	FOXF_FRAME = EV_PROTO_BASE,
	FOXF_SEQ,
	FOXF_REPLY,
	FOXF_CHANNEL,
	FOXF_COMMAND,
	FOXF_VERSION,
	FOXF_HOST,
	FOXF_ADDRESS,
	FOXF_APP,
	FOXF_APP_VERSION,
	FOXF_VM,
	FOXF_VM_VERSION,
	FOXF_OS,
	FOXF_OS_VERSION,
	FOXF_STATION,
	FOXF_HOST_ID,
	FOXF_BRAND,
	FOXF_METHOD,
	FOXF_SCHEMES,
	FOXF_CAUSE,
	FOXF_END
};

/* Of a connection. */
struct fox_state {
	bool rest[2];   /* of a side's frame the end is looked for */
	uint8_t user_n; /* 0: none, or one too long to be kept     */
	uint8_t user[FOX_USER_MAX];
};

struct fox_tuple {
	struct rd name, value;
	uint8_t type; /* '}': no tuple, but the end of a message */
};

struct fox_msg {
	struct dis_ctx *ctx;
	struct fox_state *st;
	const uint8_t *start;
	uint8_t type; /* a letter */
	int64_t seq, reply;
	struct rd channel, command;
	struct rd body; /* behind the header's line, as far as it is told */
	bool part;      /* its end is not at hand */
	bool paired;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	struct dis_pair pair;
	const char *bad;
	size_t bad_at;
};

/* --- body.c ---------------------------------------------------------------- */

/*
 * The next tuple, or the end of a message, and the reader behind it; of a
 * tuple that is a message, its beginning.  DIS_BAD: neither, and the reader
 * stands where that shows.  DIS_MORE: *ret_need octets from the reader's first.
 */
enum dis_rc fox_next(struct rd *, struct fox_tuple *ret, size_t *ret_need);
bool fox_is(struct rd, const char *text);
/* Fields of the operation, then what follows from them. */
void fox_fields(struct fox_msg *, struct ev *);
void fox_facts(struct fox_msg *);

#endif
