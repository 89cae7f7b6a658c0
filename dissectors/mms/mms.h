/*
 * mms: Manufacturing Message Specification, which IEC 61850 and TASE.2 speak.
 *
 * [1] ISO 9506-2, Protocol specification
 * [2] IEC 61850-8-1, how 61850's services become those of MMS
 * [3] RFC 1006 and ISO 8073 (X.224), class 0: TPKT and COTP
 * [4] ISO 8327-1 (X.225): session
 * [5] ISO 8823-1 (X.226), ISO 8650-1 (X.227): presentation, association
 *
 *   mms.c       TPKT, COTP and its segments; the probe, fields
 *   session.c   from a session's data unit to the message in it
 *   initiate.c  associations: what either end offers
 *   pdu.c       the kinds of message, who answers whom
 *   argument.c  what requests are about: objects, variables, files
 *   answer.c    what responses say, and reports
 *   facts.c     identities, values, states and transfers that follow
 *   names.c     what numbers are called
 *   data.c      values (data.h), which GOOSE has as well
 */
#ifndef OTUS_DISSECTORS_MMS_MMS_H
#define OTUS_DISSECTORS_MMS_MMS_H

#include "dissectors/ber.h"
#include "dissectors/dissector.h"
#include "dissectors/mms/data.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define MMS_BAD_HEADER   "no_header"    /* neither TPKT nor COTP           */
#define MMS_BAD_SESSION  "session"      /* lengths that are not the whole  */
#define MMS_BAD_PRESENT  "presentation" /* no data where there are some    */
#define MMS_BAD_ACSE     "association"  /* the same of the association     */
#define MMS_BAD_PDU      "pdu"          /* no kind of message, or no end   */
#define MMS_BAD_SERVICE  "service"      /* one that there is not           */
#define MMS_BAD_ARGUMENT "argument"     /* not what the service has        */
#define MMS_BAD_DATA     "data"         /* a value that its type has not   */
#define MMS_BAD_COUNT    "count"        /* other values than variables     */

/* Services that are more than named; [1] 7.5.2. */
enum {
	MMS_STATUS = 0,
	MMS_GET_NAME_LIST = 1,
	MMS_IDENTIFY = 2,
	MMS_READ = 4,
	MMS_WRITE = 5,
	MMS_LIST_ATTRIBUTES = 12,
	MMS_DOWNLOAD = 26,
	MMS_DOWNLOAD_SEGMENT = 27,
	MMS_DOWNLOAD_END = 28,
	MMS_UPLOAD = 29,
	MMS_UPLOAD_SEGMENT = 30,
	MMS_UPLOAD_END = 31,
	MMS_START = 40,
	MMS_STOP = 41,
	MMS_RESUME = 42,
	MMS_KILL = 44,
	MMS_OBTAIN_FILE = 46,
	MMS_FILE_OPEN = 72,
	MMS_FILE_READ = 73,
	MMS_FILE_CLOSE = 74,
	MMS_FILE_DIRECTORY = 77,
	MMS_NO_SERVICE = 0xff,
};

/* Where an argument names what it is about: services.def. */
enum mms_shape {
	MMS_NONE,
	MMS_IDENT,
	MMS_FIRST,
	MMS_OBJECT,
	MMS_IN,
	MMS_VARS,
	MMS_VARS_W,
	MMS_LIST,
	MMS_NAMES,
	MMS_DELETE,
	MMS_FILE,
	MMS_FILE_1,
	MMS_FILE_B,
};

struct mms_service {
	const char *name;
	uint8_t cls, shape; /* enum ev_class, enum mms_shape */
};

/* What a variable's name makes of a Read or Write; [2] 20.3 ff. */
enum mms_control {
	MMS_PLAIN,
	MMS_OPERATE,
	MMS_SELECT,
	MMS_CANCEL,
};

enum mms_field {
	MMSF_COTP = EV_PROTO_BASE,
	MMSF_CALLING,
	MMSF_CALLED,
	MMSF_TPDU,
	MMSF_CAUSE,
	MMSF_SPDU,
	MMSF_CALLING_AP,
	MMSF_CALLED_AP,
	MMSF_MAX_PDU,
	MMSF_MAX_CALLING,
	MMSF_MAX_CALLED,
	MMSF_NESTING,
	MMSF_VERSION,
	MMSF_PARAMETERS,
	MMSF_SERVICES,
	MMSF_INVOKE,
	MMSF_SERVICE,
	MMSF_OBJECT,
	MMSF_OBJECTS,
	MMSF_LIST,
	MMSF_OF,
	MMSF_AFTER,
	MMSF_FILE,
	MMSF_HANDLE,
	MMSF_SIZE,
	MMSF_BYTES,
	MMSF_MORE,
	MMSF_NAMES,
	MMSF_VALUES,
	MMSF_VALUE,
	MMSF_VENDOR,
	MMSF_MODEL,
	MMSF_REVISION,
	MMSF_LOGICAL,
	MMSF_PHYSICAL,
	MMSF_REPORT,
	MMSF_DATASET,
	MMSF_SEQ,
	MMSF_CONF_REV,
	MMSF_ENTRY,
	MMSF_CONTROL,
	MMSF_ADD_CAUSE,
	MMSF_ERROR_CLASS,
	MMSF_ERROR,
	MMSF_DETAIL,
	MMSF_END
};

#define MMS_NAME_MAX 43 /* of what a response is about; longer: not kept */

/* What else waits with a request. */
enum {
	MMS_LOGIN = 1,   /* initiate: with authentication      */
	MMS_CLEAR = 2,   /* ... that can be read               */
	MMS_A_LIST = 4,  /* the name is a list's               */
	MMS_DOMAINS = 8, /* GetNameList, of domains            */
};

/* Of what a side sends, while a message comes in segments. */
struct mms_side {
	uint32_t bytes;  /* of the message at hand */
	uint16_t number; /* of the message         */
	uint8_t open;    /* enum: mms.c            */
	bool lost;       /* a gap was before       */
};

/* What is being transferred. */
struct mms_file {
	char name[MMS_NAME_MAX];
	uint8_t n;
};

struct mms_state {
	struct mms_side side[2];
	struct mms_file file, domain;
	bool named; /* the IED was told */
};

/* What waits with a request for its answer. */
struct mms_wait {
	uint8_t service, control, cls, flags, n;
	char name[MMS_NAME_MAX];
};

_Static_assert(sizeof(struct mms_wait) <= DIS_BLOB_MAX, "it does not wait");

struct mms_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool paired;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	struct dis_pair pair;
	struct mms_wait wait;
	uint8_t spdu;              /* of a session, 0: none */
	struct rd calling, called; /* AP titles             */
	uint32_t invoke;
	uint8_t service, control;
	struct rd body;       /* argument or result of the service */
	bool primitive;       /* which is no list of elements      */
	struct rd vars, data; /* of Write, answers and reports     */
	bool list;            /* vars is a list's name             */
	const char *name;     /* the one object that it is about   */
	size_t name_n;
	struct rd refs, entries; /* of a report: names and values   */
	const char *bad;
	size_t bad_at;
	struct mms_text text; /* last: not cleared as a whole */
};

/* --- mms.c ----------------------------------------------------------------- */

void mms_bad(struct mms_msg *, const char *reason, const struct rd *at);
/* Starts the operation: m has op, class, direction, status and pair. */
struct ev *mms_start(struct mms_msg *, uint32_t code);
void mms_finish(struct mms_msg *, struct ev *);

/* --- session.c, initiate.c ------------------------------------------------- */

/* Whether bytes begin what mms_session() reads; lenient: without a session
 * too.  user is how many of them there are, *r has what is at hand. */
enum dis_rc mms_is_session(struct rd r, size_t user, bool lenient);
void mms_session(struct mms_msg *, struct rd);
/* An association's request or answer, and the message in it. */
void mms_associate(struct mms_msg *, struct rd acse);
void mms_initiate(struct mms_msg *, uint32_t tag, struct rd);
/* What is told of the association with any of its messages. */
void mms_tell_ends(struct mms_msg *, struct ev *);

/* --- pdu.c ----------------------------------------------------------------- */

/* Whether a tag is that of a kind of message. */
bool mms_is_pdu(uint32_t tag);
void mms_pdu(struct mms_msg *, struct rd);
/* Names a request by its argument; the pair of an answer. */
#define MMS_KEY(kind, invoke) ((uint64_t)(kind) << 32 | (invoke))
enum {
	MMS_CONFIRMED,
	MMS_INITIATE,
	MMS_CONCLUDE,
	MMS_CANCELS,
	MMS_RELEASE,
	MMS_CONNECT
};

/* The status of an error or a refusal; NULL when none. */
const char *mms_error(struct mms_msg *, struct ev *, struct rd service_error);

/* --- argument.c ------------------------------------------------------------ */

/* What m->body is about: name, control, class. */
void mms_look(struct mms_msg *);
void mms_tell_argument(struct mms_msg *, struct ev *);
/* "domain/item" or a name alone, from an ObjectName's element. */
bool mms_object(
    struct mms_msg *, const struct ber_item *, const char **ret, size_t *ret_n);
/* The next of a listOfVariable; false at the end. */
bool mms_next_variable(
    struct mms_msg *, struct rd *, const char **ret, size_t *ret_n);
void mms_tell_variables(struct mms_msg *, struct ev *);
/* Variables, or a list's name, as they stand in r: m->vars, m->list. */
bool mms_take_variables(struct mms_msg *, struct rd *);

/* --- answer.c -------------------------------------------------------------- */

void mms_check_answer(struct mms_msg *);
void mms_tell_answer(struct mms_msg *, struct ev *);
void mms_unconfirmed(struct mms_msg *, struct rd);

/* --- facts.c --------------------------------------------------------------- */

void mms_request_facts(struct mms_msg *);
void mms_answer_facts(struct mms_msg *);
void mms_report_facts(struct mms_msg *);
void mms_vmd_fact(struct mms_msg *, struct rd status);
void mms_login_fact(struct mms_msg *);

/* --- names.c --------------------------------------------------------------- */

const struct mms_service *mms_service(uint32_t number); /* NULL: none */
const char *mms_error_name(uint32_t cls, uint64_t code);
const char *mms_error_class(uint32_t cls);
const char *mms_reject_name(uint32_t cls, uint64_t code);
const char *mms_object_class(uint64_t);
const char *mms_logical(uint64_t);
const char *mms_physical(uint64_t);
const char *mms_add_cause(uint64_t);

#endif
