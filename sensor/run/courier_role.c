/*
 * The courier process: takes alerts out to a syslog receiver.
 *
 * It asks store for what waits, hands it to the connection (courier.h) and
 * tells store what has arrived; what it holds in memory it may lose at any
 * moment, since store gives it again.  Messages come ready made: this process
 * opens no file and understands no alert.
 *
 * A host name is looked up once, before the sandbox closes.  When nothing
 * answers there for RESOLVE_AGAIN_NS, or the name was unknown, the process
 * ends itself, and the next one that the parent starts looks again.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "run/courier.h"
#include "run/run.h"
#include "run/target.h"

#define MESSAGES_A_TURN  64
#define ASK_NS           NS_PER_SEC         /* between two, when idle   */
#define ASK_MIN_NS       (100 * NS_PER_MS)  /* between any two          */
#define ANSWER_NS        (3 * NS_PER_SEC)   /* after this it is asked anew */
#define RESOLVE_AGAIN_NS (300 * NS_PER_SEC) /* nothing answers          */
#define UNKNOWN_NS       (60 * NS_PER_SEC)  /* there was no address     */

struct outgoing {
	struct proc_env *env;
	struct run_courier_config conf;
	char name[TARGET_TEXT_MAX];
	bool named, known; /* a host name; it has an address */
	struct courier courier;
	struct chan store;
	int store_fd;
	uint32_t number; /* of the last ASK */
	bool asking;     /* no answer yet */
	bool more;       /* there may be more at once */
	uint64_t asked_ns;
	int64_t told; /* the last confirmation that store was told of */
	uint64_t waiting, bad;
	char status[PROC_TEXT_MAX];
};

/* --- store ----------------------------------------------------------------- */

static int
ask(struct outgoing *o, uint64_t now)
{
	const struct courier *c = &o->courier;
	size_t room = courier_room(c);
	struct outbox_ask a = {
	    .number = ++o->number,
	    .form = o->conf.form,
	    .max =
		(uint16_t)(room < OUTBOX_BATCH_MAX ? room : OUTBOX_BATCH_MAX),
	    .after = c->last,
	    .sent = c->sent,
	};
	uint8_t body[OUTBOX_ASK_MAX];

	memcpy(a.event, c->sent_event, sizeof(a.event));
	memcpy(a.total, c->total, sizeof(a.total));
	o->asking = true;
	o->asked_ns = now;
	o->told = c->sent;
	return chan_send(
	    &o->store, OUTBOX_ASK, 0, 0, body, outbox_ask_encode(body, &a));
}

/* When to ask next. */
static uint64_t
ask_due(const struct outgoing *o)
{
	bool news = o->told != o->courier.sent ||
		    (o->more && courier_room(&o->courier) > 0);

	if (o->asking) {
		return o->asked_ns + ANSWER_NS;
	}
	return o->asked_ns + (news ? ASK_MIN_NS : ASK_NS);
}

static void
take_batch(struct outgoing *o, struct rd body)
{
	struct outbox_batch b;
	struct outbox_mail m;

	if (outbox_give_decode(body, &b) < 0) {
		o->bad++;
		return;
	}
	if (!o->asking || b.number != o->number) {
		return; /* of a question that was asked anew */
	}
	o->asking = false;
	o->waiting = b.waiting;
	o->more = b.n > 0;
	while (outbox_batch_next(&b, &m)) {
		if (courier_put(&o->courier, &m) < 0) {
			o->bad++;
			return;
		}
	}
}

static int
hear_store(struct outgoing *o)
{
	struct chan_msg m;
	int rc = chan_flush(&o->store);

	for (int i = 0; i < MESSAGES_A_TURN && rc == 0; i++) {
		rc = chan_recv(&o->store, &m);
		if (rc == 0) {
			break;
		}
		if (rc == 1 && m.type == OUTBOX_GIVE) {
			take_batch(o, m.body);
		} else if (rc != ERR_LOST) {
			o->bad++;
		}
		/* Lost: the parent, who holds the other end, is gone. */
		rc = rc == ERR_LOST ? rc : 0;
	}
	return rc;
}

/* --- the parent ------------------------------------------------------------ */

static int
hear_parent(struct outgoing *o)
{
	struct proc_note note;
	int rc;

	while ((rc = proc_next(o->env, &note)) == 1) {
		if (note.kind == PROC_NOTE_PEER && note.fd == o->store_fd) {
			o->asking = false; /* the old one may have read it */
			o->more = true;
		}
	}
	return rc;
}

static void
tell_status(struct outgoing *o, uint64_t now)
{
	char text[PROC_TEXT_MAX];

	courier_describe(
	    &o->courier, o->waiting, now, clock_wall_ns(), text, sizeof(text));
	if (strcmp(text, o->status) != 0) {
		memcpy(o->status, text, sizeof(text));
		proc_status(o->env, "%s", text);
	}
}

/* --- start and loop ------------------------------------------------------- */

static int
start(struct outgoing *o)
{
	struct courier_addr addr[COURIER_ADDRS_MAX];
	const struct proc_needs needs = {.ports = &o->conf.port, .nports = 1};
	const char *why;
	size_t n;
	int err;

	if ((err = run_courier_decode(o->env->config, &o->conf)) < 0) {
		return err;
	}
	o->store_fd = proc_fd(o->env, "outbox");
	if (o->store_fd < 0) {
		return ERR_STATE;
	}
	err = chan_init(&o->store, o->store_fd, 2 * CHAN_MSG_MAX);
	if (err < 0) {
		return err;
	}
	target_text(o->conf.host, o->conf.port, o->name);
	n = target_resolve(o->conf.host, o->conf.port, addr, COURIER_ADDRS_MAX,
	    &o->named, &why);
	o->known = n > 0;
	if (n == 0) {
		log_error("%s: %s", o->conf.host, why);
	}
	err = courier_init(&o->courier, o->name, addr, n, why, clock_mono_ns());
	o->more = true;
	return err == 0 ? proc_confine(o->env, &needs) : err;
}

static void
wait(struct outgoing *o, uint64_t now)
{
	uint64_t due = courier_due(&o->courier), until = ask_due(o);
	struct pollfd p[3] = {
	    {.fd = o->env->parent.fd, .events = chan_events(&o->env->parent)},
	    {.fd = o->store.fd, .events = chan_events(&o->store)},
	    {.fd = o->courier.fd, .events = courier_events(&o->courier)},
	};

	until = due < until ? due : until;
	if (until > now + NS_PER_SEC) {
		until = now + NS_PER_SEC;
	}
	(void)poll(p, 3,
	    until > now ? (int)((until - now + NS_PER_MS - 1) / NS_PER_MS) : 0);
}

/* Whether looking the name up again may help. */
static bool
is_hopeless(const struct outgoing *o, uint64_t now)
{
	return o->named && courier_down_for(&o->courier, now) >=
			       (o->known ? RESOLVE_AGAIN_NS : UNKNOWN_NS);
}

static int
work(struct outgoing *o)
{
	while (!o->env->stop) {
		uint64_t now = clock_mono_ns();
		int err;

		if (now >= ask_due(o) && (err = ask(o, now)) < 0) {
			return err;
		}
		wait(o, now);
		if ((err = hear_store(o)) < 0 || (err = hear_parent(o)) < 0) {
			return err;
		}
		now = clock_mono_ns();
		courier_work(&o->courier, now);
		tell_status(o, now);
		proc_alive(o->env);
		if (is_hopeless(o, now)) {
			log_info("%s: looking the name up again", o->name);
			return ERR_NOTFOUND;
		}
	}
	return 0;
}

int
courier_role(struct proc_env *env)
{
	static struct outgoing o;
	int err;

	o.env = env;
	if ((err = start(&o)) < 0) {
		return err;
	}
	err = work(&o);
	/* What is known to have arrived need not go again. */
	if (o.told != o.courier.sent) {
		int rc = ask(&o, clock_mono_ns());

		err = err == 0 ? rc : err;
	}
	courier_done(&o.courier);
	return err;
}
