/*
 * The novelty filter, over crafted frames: repeats are counted, news is told,
 * and a write knows what was there before.
 */
#include "net/wire_test.h"

#include "limits.h"
#include "net/link.h"
#include "net/novelty.h"

#define ACK 0x10

struct filter {
	struct wire *wire;
	struct novelty *novelty;
	struct json json;
	char out[1 << 18];
	unsigned told[EV_KIND_COUNT], repeats; /* told: without good replies */
	unsigned good;
	unsigned replies; /* that came as events, to be told or not */
	uint64_t repeated;
	uint32_t cseq, sseq;
};

static void
on_pass(void *arg, const struct ev *e)
{
	struct filter *f = arg;
	const struct ev_field *count = ev_find(e, EVF_COUNT);

	if (e->flags & EV_REPEAT) {
		assert_non_null(count);
		f->repeats++;
		f->repeated += count->u;
	} else if (e->dir == EV_DIR_RESPONSE && e->status != NULL &&
		   strcmp(e->status, "ok") == 0) {
		f->good++;
	} else {
		f->told[e->kind]++;
	}
	ev_json(&f->json, e, NULL, NULL);
	json_line_end(&f->json);
}

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	struct filter *f = arg;

	f->replies += e->kind == EV_OPERATION && e->dir == EV_DIR_RESPONSE;
	novelty_event(f->novelty, e, link);
}

static void
on_tick(void *arg, uint64_t ns)
{
	struct filter *f = arg;

	novelty_tick(f->novelty, ns);
}

static bool
knows(void *arg, const struct ev *e, struct link *link)
{
	struct filter *f = arg;

	return novelty_knows(f->novelty, e, link);
}

static bool
fresh(void *arg, const struct dis_ctx *ctx, const struct dis_reading *reading,
    struct link *link)
{
	struct filter *f = arg;

	return novelty_fresh(f->novelty, ctx, reading, link);
}

static bool
wants(
    void *arg, const struct ev_sub *who, uint64_t req_frame, struct link *link)
{
	struct filter *f = arg;

	return novelty_wants(f->novelty, who, req_frame, link);
}

static struct filter *
filter_new(void)
{
	struct filter *f = calloc(1, sizeof *f);
	struct net_options opt = {.links = true, .brief = true};
	struct net_sink sink = {.event = on_event,
	    .tick = on_tick,
	    .arg = f,
	    .knows = knows,
	    .fresh = fresh,
	    .wants = wants};
	struct ev_memos memos;

	assert_non_null(f);
	json_init(&f->json, f->out, sizeof f->out, NULL, NULL);
	f->wire = calloc(1, sizeof *f->wire);
	assert_non_null(f->wire);
	f->wire->ts_ns = 1000 * NS_PER_SEC;
	assert_int_equal(net_new(&opt, &sink, &f->wire->net), 0);
	assert_int_equal(
	    novelty_new(net_links(f->wire->net), on_pass, f, &f->novelty), 0);
	memos = novelty_memos(f->novelty);
	net_memos(f->wire->net, &memos);
	f->cseq = 100;
	f->sseq = 200;
	return f;
}

static void
filter_free(struct filter *f)
{
	wire_free(f->wire);
	novelty_free(f->novelty);
	free(f);
}

static const char *
filter_text(struct filter *f)
{
	assert_int_equal(f->json.err, 0);
	f->out[f->json.used] = '\0';
	return f->out;
}

static void
request(struct filter *f, const uint8_t *p, size_t n)
{
	wire_tcp(f->wire, wire_to(502), f->cseq, f->sseq, ACK, p, n);
	f->cseq += (uint32_t)n;
}

static void
reply(struct filter *f, const uint8_t *p, size_t n)
{
	wire_tcp(f->wire, wire_from(502), f->sseq, f->cseq, ACK, p, n);
	f->sseq += (uint32_t)n;
}

static void
poll_unit(
    struct filter *f, uint8_t unit, uint16_t txn, uint16_t addr, uint16_t value)
{
	uint8_t b[64] = {0};
	size_t n = wire_read(b, txn, addr);

	b[6] = unit;
	request(f, b, n);
	n = wire_reply(b, txn, value);
	b[6] = unit;
	reply(f, b, n);
}

static void
poll(struct filter *f, uint16_t txn, uint16_t addr, uint16_t value)
{
	poll_unit(f, 1, txn, addr, value);
}

/* Write single register, and its echo. */
static void
write_one(struct filter *f, uint16_t txn, uint16_t addr, uint16_t value)
{
	uint8_t b[12];

	put16(b, txn);
	put16(b + 2, 0);
	put16(b + 4, 6);
	b[6] = 1;
	b[7] = 6;
	put16(b + 8, addr);
	put16(b + 10, value);
	request(f, b, sizeof b);
	reply(f, b, sizeof b);
}

/* Write multiple registers or coils, and its reply. */
static void
write_many(struct filter *f, uint8_t fc, uint16_t addr, uint16_t qty,
    const uint8_t *data, uint8_t n)
{
	uint8_t b[13 + 246] = {0};

	put16(b, 1);
	put16(b + 2, 0);
	put16(b + 4, (uint16_t)(7 + n));
	b[6] = 1;
	b[7] = fc;
	put16(b + 8, addr);
	put16(b + 10, qty);
	b[12] = n;
	memcpy(b + 13, data, n);
	request(f, b, 13u + n);
	put16(b + 4, 6);
	reply(f, b, 12);
}

static void
test_polls_are_told_once_and_counted(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 0; i < 50; i++) {
		poll(f, i, 10, i);
		poll(f, i, 20, i);
	}
	assert_int_equal(f->told[EV_OPERATION], 2);
	assert_int_equal(f->repeats, 0);
	novelty_finish(f->novelty);
	assert_int_equal(f->repeats, 2);
	assert_int_equal(f->repeated, 98);
	/* in the words of the first one */
	assert_int_equal(
	    wire_count(filter_text(f), "\"op\":\"read_holding_registers\""),
	    4 + (int)f->good);
	assert_int_equal(wire_count(filter_text(f), "\"addr\":20"), 2);
	filter_free(f);
}

static void
test_counts_come_in_stream_time(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 0; i < 130; i++) {
		poll(f, i, 10, i);
		f->wire->ts_ns += NS_PER_SEC;
	}
	assert_true(f->repeats >= 2);
	assert_true(f->repeated >= 110);
	filter_free(f);
}

static void
test_write_says_what_was_there_before(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	poll(f, 1, 10, 1234);
	write_one(f, 2, 11, 99);
	assert_non_null(strstr(filter_text(f), "\"old\":[1234]"));
	filter_free(f);
}

static void
test_cyclic_writer_is_counted_until_it_leaves_its_range(void **state)
{
	struct filter *f = filter_new();
	unsigned before;

	(void)state;
	write_one(f, 0, 30, 100);
	write_one(f, 1, 30, 120);
	before = f->told[EV_OPERATION];
	assert_int_equal(before, 2);
	for (uint16_t i = 2; i < 40; i++) {
		write_one(f, i, 30, (uint16_t)(100 + i % 20));
	}
	assert_int_equal(f->told[EV_OPERATION], before);
	write_one(f, 50, 30, 9000);
	assert_int_equal(f->told[EV_OPERATION], before + 1);
	filter_free(f);
}

/* Each write is higher than all before it; told are the leaps. */
static void
test_counter_is_told_ever_more_rarely(void **state)
{
	struct filter *f = filter_new();
	unsigned told;

	(void)state;
	for (uint16_t i = 1; i <= 1000; i++) {
		uint8_t v[4] = {0, 1, (uint8_t)(i >> 8), (uint8_t)i};

		write_one(f, i, 30, i);
		write_many(f, 16, 40, 2, v, 4);
		f->wire->ts_ns += 2 * NS_PER_SEC; /* the budget is not it */
	}
	/* 17 of each, then about log 1000/17 to the base 1.5 */
	assert_in_range(f->told[EV_OPERATION], 2 * 24, 2 * 30);
	/* Another register of the same write, that stood still, is news. */
	told = f->told[EV_OPERATION];
	write_many(f, 16, 40, 2, (const uint8_t[]){0, 2, 3, 232}, 4);
	assert_int_equal(f->told[EV_OPERATION], told + 1);
	/* When it stands still, what is near is news again. */
	for (uint16_t i = 0; i < 1000; i++) {
		write_one(f, i, 30, 900);
	}
	told = f->told[EV_OPERATION];
	f->wire->ts_ns += 61 * NS_PER_SEC;
	write_one(f, 0, 30, 1001);
	assert_int_equal(f->told[EV_OPERATION], told + 1);
	filter_free(f);
}

/* Most of its writes stay where they were: each new value is news. */
static void
test_set_point_that_creeps_is_told_each_time(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 1; i <= 40; i++) {
		for (int k = 0; k < 3; k++) {
			write_one(f, i, 30, 100);
		}
		write_one(f, i, 30, (uint16_t)(100 + i));
		f->wire->ts_ns += 2 * NS_PER_SEC; /* the budget is not it */
	}
	assert_int_equal(f->told[EV_OPERATION], 41);
	filter_free(f);
}

/* So that the store knows how often it was written before. */
static void
test_counts_come_before_the_news(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 0; i < 20; i++) {
		write_one(f, i, 30, 100);
	}
	assert_int_equal(f->repeats, 0);
	write_one(f, 50, 30, 9000);
	assert_int_equal(f->told[EV_OPERATION], 2);
	assert_int_equal(f->repeated, 19);
	assert_true(strstr(filter_text(f), "\"count\":19") <
		    strstr(filter_text(f), "[9000]"));
	novelty_finish(f->novelty);
	assert_int_equal(f->repeats, 1);
	filter_free(f);
}

static void
test_each_register_of_a_write_has_its_range(void **state)
{
	static const struct {
		uint8_t v[6];
		unsigned told;
	} writes[] = {
	    {{0, 10, 1, 0, 0, 0}, 1},
	    {{0, 10, 1, 0, 0, 0}, 0},
	    {{0, 10, 1, 44, 0, 0}, 1}, /* the second one rises */
	    {{0, 10, 1, 20, 0, 0}, 0},
	    {{0, 10, 1, 20, 0, 1}, 1}, /* the last */
	    {{0, 9, 1, 44, 0, 0}, 1},  /* the first falls */
	    {{0, 9, 0, 255, 0, 1}, 1},
	    {{0, 10, 1, 44, 0, 1}, 0},
	};
	struct filter *f = filter_new();
	unsigned told = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		write_many(f, 16, 40, 3, writes[i].v, 6);
		assert_int_equal(f->told[EV_OPERATION], told += writes[i].told);
	}
	filter_free(f);
}

static void
test_each_coil_of_a_write_has_its_range(void **state)
{
	static const struct {
		uint8_t v[3];
		unsigned told;
	} writes[] = {
	    {{0x01, 0x80, 0x01}, 1}, {{0x01, 0x80, 0x01}, 0},
	    {{0x01, 0x80, 0x00}, 1}, /* the last one is off */
	    {{0x01, 0x80, 0x01}, 0},
	    {{0x03, 0x80, 0x01}, 1}, /* the second one is on */
	    {{0x03, 0x80, 0x00}, 0},
	    {{0x02, 0x80, 0x00}, 1}, /* the first one is off */
	};
	struct filter *f = filter_new();
	unsigned told = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		write_many(f, 15, 40, 17, writes[i].v, 3);
		assert_int_equal(f->told[EV_OPERATION], told += writes[i].told);
	}
	filter_free(f);
}

/* The store learns from what is told: the rest must come again. */
static void
test_value_that_the_budget_held_back_is_news_later(void **state)
{
	struct filter *f = filter_new();
	unsigned told;

	(void)state;
	write_one(f, 0, 30, 100);
	for (uint16_t i = 0; i < 100; i++) {
		write_one(f, i, (uint16_t)(1000 + i), 1);
	}
	told = f->told[EV_OPERATION];
	write_one(f, 0, 30, 9000);
	assert_int_equal(f->told[EV_OPERATION], told);
	f->wire->ts_ns += 61 * NS_PER_SEC;
	write_one(f, 0, 30, 9000);
	assert_int_equal(f->told[EV_OPERATION], told + 1);
	filter_free(f);
}

/* More writes of several points than there are spans: told again, not lost. */
static void
test_spans_are_bounded(void **state)
{
	static const uint8_t v[4] = {0, 1, 0, 2};
	struct filter *f = filter_new();
	unsigned told;

	(void)state;
	for (uint32_t i = 0; i <= LIMIT_SPAN_MAX; i++) {
		write_many(f, 16, (uint16_t)(2 * i), 2, v, 4);
		f->wire->ts_ns += 2 * NS_PER_SEC; /* the budget is not it */
		f->json.used = 0;
	}
	told = f->told[EV_OPERATION];
	assert_int_equal(told, LIMIT_SPAN_MAX + 1);
	write_many(f, 16, 2 * LIMIT_SPAN_MAX, 2, v, 4);
	assert_int_equal(f->told[EV_OPERATION], told);
	write_many(f, 16, 0, 2, v, 4);
	assert_int_equal(f->told[EV_OPERATION], told + 1);
	filter_free(f);
}

static void
test_flood_of_news_stays_within_the_budget(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 0; i < 1000; i++) {
		write_one(f, i, i, i);
	}
	assert_true(f->told[EV_OPERATION] <= 60);
	assert_true(novelty_stats(f->novelty)->over_budget >= 940);
	novelty_finish(f->novelty);
	/* nothing is lost: what was not told is counted */
	assert_int_equal(f->told[EV_OPERATION] + f->repeated, 1000);
	filter_free(f);
}

static void
test_errors_are_told_once_each(void **state)
{
	static const uint8_t refused[] = {0, 1, 0, 0, 0, 3, 1, 0x83, 2};
	struct filter *f = filter_new();
	uint8_t b[64];

	(void)state;
	poll(f, 9, 10, 1);
	for (int i = 0; i < 5; i++) {
		request(f, b, wire_read(b, 1, 500));
		reply(f, refused, sizeof refused);
	}
	/* two requests and one kind of refusal */
	assert_int_equal(f->told[EV_OPERATION], 3);
	assert_int_equal(
	    wire_count(filter_text(f), "\"status\":\"illegal_data_address\""),
	    1);
	filter_free(f);
}

static void
test_first_good_reply_of_each_unit_is_told(void **state)
{
	static const uint8_t refused[] = {0, 77, 0, 0, 0, 3, 9, 0x83, 11};
	struct filter *f = filter_new();
	uint8_t b[64] = {0};

	(void)state;
	for (uint16_t i = 0; i < 20; i++) {
		for (uint8_t unit = 0; unit < 4; unit++) {
			poll_unit(f, (uint8_t)(85 * unit), i, unit, i);
		}
	}
	assert_int_equal(f->good, 4);
	assert_non_null(strstr(filter_text(f), "\"sub\":{\"unit\":255}"));
	/* One that refuses has not answered yet. */
	(void)wire_read(b, 77, 1);
	b[6] = 9;
	request(f, b, 12);
	reply(f, refused, sizeof refused);
	assert_int_equal(f->good, 4);
	poll_unit(f, 9, 78, 1, 1);
	poll_unit(f, 9, 79, 1, 1);
	assert_int_equal(f->good, 5);
	filter_free(f);
}

static void
answer(struct filter *f, struct link *l, uint8_t cls, const char *op)
{
	struct ev_field field[4];
	struct ev e = {.f = field, .max_fields = 4};

	e.kind = EV_OPERATION;
	e.dir = EV_DIR_RESPONSE;
	e.flags = EV_HAS_RTT;
	e.proto = l->proto;
	e.cls = cls;
	e.op = op;
	e.status = "ok";
	e.src.ipver = e.dst.ipver = 4;
	novelty_event(f->novelty, &e, l);
}

/* A server without units: what it opens or says of itself serves nobody. */
static void
test_first_reply_that_serves_is_told(void **state)
{
	struct filter *f = filter_new();
	struct link ot = {.proto = PROTO_MMS}, it = {.proto = PROTO_SNMP};
	const struct ev_sub none = {.kind = EV_SUB_NONE};

	(void)state;
	answer(f, &ot, EV_CLASS_SESSION, "initiate");
	answer(f, &ot, EV_CLASS_DISCOVERY, "identify");
	assert_int_equal(f->good, 0);
	assert_true(novelty_wants(f->novelty, &none, 1, &ot));
	answer(f, &ot, EV_CLASS_READ, "read");
	answer(f, &ot, EV_CLASS_READ, "read");
	assert_int_equal(f->good, 1);
	assert_non_null(strstr(filter_text(f), "\"op\":\"read\""));
	assert_false(novelty_wants(f->novelty, &none, 1, &ot));
	/* By a protocol of any network. */
	assert_false(novelty_wants(f->novelty, &none, 1, &it));
	answer(f, &it, EV_CLASS_READ, "get");
	assert_int_equal(f->good, 1);
	filter_free(f);
}

/* The first is, and once in LIMIT_IMAGE_S the one with the image of what is
 * read there; others are counted and nothing else. */
static void
test_good_replies_are_no_events(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint16_t i = 0; i < 50; i++) {
		poll(f, i, 10, 1);
	}
	assert_int_equal(f->replies, 1);
	assert_int_equal(net_counters(f->wire->net)->operations, 100);
	f->wire->ts_ns += (LIMIT_IMAGE_S + 1) * NS_PER_SEC;
	poll(f, 50, 10, 1);
	poll(f, 51, 10, 1);
	assert_int_equal(f->replies, 2);
	filter_free(f);
}

static void
test_good_replies_leave_budget_to_requests(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (uint8_t unit = 1; unit <= 200; unit++) {
		poll_unit(f, unit, unit, 1, 1);
	}
	assert_int_equal(f->good + f->told[EV_OPERATION], 60);
	assert_int_equal(f->good, 15); /* every second of the first 30 */
	/* Those that had to wait come later. */
	for (int minute = 0; minute < 7; minute++) {
		f->wire->ts_ns += 61 * NS_PER_SEC;
		for (uint8_t unit = 1; unit <= 200; unit++) {
			poll_unit(f, unit, unit, 1, 1);
		}
	}
	assert_int_equal(f->good, 200);
	filter_free(f);
}

/* What a subject says of itself, by a carrier. */
static void
say(struct filter *f, const struct ev_end *who)
{
	struct ev_field field[4];
	struct ev e = {.f = field, .max_fields = 4};

	e.kind = EV_IDENTITY;
	e.dir = EV_DIR_NOTIFY;
	e.flags = EV_HAS_SUBJECT;
	e.src.ipver = 4;
	e.src.ip.a[3] = 1;
	e.src.sub = who->sub;
	e.subject = *who;
	ev_name(&e, EVF_KEY, "vendor");
	ev_bytes(&e, EVF_VALUE, EV_T_TEXT, "Same", 4);
	novelty_event(f->novelty, &e, NULL);
}

/* At a time in seconds. */
static void
calls_itself(struct filter *f, uint64_t at_s, const char *name, const char *via)
{
	struct ev_field field[4];
	struct ev e = {.f = field, .max_fields = 4};

	e.kind = EV_IDENTITY;
	e.ts_ns = (2000 + at_s) * NS_PER_SEC;
	e.src.ipver = 4;
	e.src.ip.a[3] = 1;
	ev_name(&e, EVF_KEY, "vendor");
	ev_bytes(&e, EVF_VALUE, EV_T_TEXT, name, strlen(name));
	ev_name(&e, EVF_VIA, via);
	novelty_event(f->novelty, &e, NULL);
}

/* An address is its bytes, wherever the packet lies that has them. */
static void
test_addresses_are_their_bytes(void **state)
{
	static const uint8_t mac[][6] = {
	    {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 6}};
	static const unsigned told[] = {1, 1, 2};
	struct filter *f = filter_new();

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct ev_field field[4];
		struct ev e = {.f = field, .max_fields = 4};

		e.kind = EV_IDENTITY;
		e.src.ipver = 4;
		ev_name(&e, EVF_KEY, "mac");
		ev_bytes(&e, EVF_VALUE, EV_T_MAC, mac[i], 6);
		novelty_event(f->novelty, &e, NULL);
		assert_int_equal(f->told[EV_IDENTITY], told[i]);
	}
	filter_free(f);
}

static void
test_the_last_word_counts(void **state)
{
	static const struct {
		uint64_t at_s;
		const char *name, *via;
		unsigned told;
	} say[] = {
	    {0, "A", "i_am", 1},
	    {20, "A", "i_am", 1},
	    {40, "B", "i_am", 2},
	    {60, "A", "i_am", 3}, /* back again, and not after minutes */
	    {80, "A", "i_am", 3},
	    {81, "B", "i_am", 4},
	    {82, "A", "i_am", 5},
	    {83, "B", "i_am", 5}, /* in turns: not each time */
	    {84, "A", "i_am", 5},
	    {92, "B", "i_am", 6},
	    {200, "C", "read", 7},
	    {220, "B", "i_am", 7}, /* another message is no other word */
	    {240, "C", "read", 7},
	    {200 + LIMIT_FACT_S, "C", "read", 8},
	    {200 + 3 * LIMIT_FACT_S - 1, "C", "read", 8},
	    {200 + 3 * LIMIT_FACT_S, "C", "read", 9},
	};
	struct filter *f = filter_new();

	(void)state;
	for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
		calls_itself(f, say[i].at_s, say[i].name, say[i].via);
		assert_int_equal(f->told[EV_IDENTITY], say[i].told);
	}
	filter_free(f);
}

static void
test_each_subject_says_it_once(void **state)
{
	struct filter *f = filter_new();
	struct ev_end who[7] = {0};

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		who[i].ipver = 4;
		who[i].ip.a[3] = 1;
	}
	/* forwarded for another; the same address with another port */
	who[1].ip.a[3] = 2;
	who[2].ip.a[3] = 2;
	who[2].port = 47809;
	/* behind a router: another address of the same network */
	for (size_t i = 3; i < 5; i++) {
		who[i].sub.kind = EV_SUB_BACNET;
		who[i].sub.net = 13;
		who[i].sub.len = 1;
		who[i].sub.mac[0] = (uint8_t)i;
	}
	/* in slots */
	for (size_t i = 5; i < 7; i++) {
		who[i].sub.kind = EV_SUB_PATH;
		who[i].sub.len = 3;
		memcpy(who[i].sub.path, i == 5 ? "1,0" : "1,4", 3);
	}
	for (unsigned i = 0; i < 7; i++) {
		say(f, &who[i]);
		say(f, &who[i]);
		assert_int_equal(f->told[EV_IDENTITY], i + 1);
	}
	filter_free(f);
}

/* The same request to two stations behind one address is news twice. */
static void
test_operations_are_told_apart_by_whom_they_are_for(void **state)
{
	struct filter *f = filter_new();

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct ev_field field[2];
		struct ev e = {.f = field, .max_fields = 2};

		e.kind = EV_OPERATION;
		e.cls = EV_CLASS_CONTROL;
		e.dir = EV_DIR_REQUEST;
		e.op = "direct_operate";
		e.src.sub.kind = e.dst.sub.kind = EV_SUB_ADDR;
		e.src.sub.num = 1;
		e.dst.sub.num = 10 + i % 3;
		novelty_event(f->novelty, &e, NULL);
	}
	assert_int_equal(f->told[EV_OPERATION], 3);
	filter_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_polls_are_told_once_and_counted),
	    cmocka_unit_test(test_counts_come_in_stream_time),
	    cmocka_unit_test(test_write_says_what_was_there_before),
	    cmocka_unit_test(
		test_cyclic_writer_is_counted_until_it_leaves_its_range),
	    cmocka_unit_test(test_counter_is_told_ever_more_rarely),
	    cmocka_unit_test(test_set_point_that_creeps_is_told_each_time),
	    cmocka_unit_test(test_counts_come_before_the_news),
	    cmocka_unit_test(test_each_register_of_a_write_has_its_range),
	    cmocka_unit_test(test_each_coil_of_a_write_has_its_range),
	    cmocka_unit_test(
		test_value_that_the_budget_held_back_is_news_later),
	    cmocka_unit_test(test_spans_are_bounded),
	    cmocka_unit_test(test_flood_of_news_stays_within_the_budget),
	    cmocka_unit_test(test_errors_are_told_once_each),
	    cmocka_unit_test(test_first_good_reply_of_each_unit_is_told),
	    cmocka_unit_test(test_first_reply_that_serves_is_told),
	    cmocka_unit_test(test_good_replies_are_no_events),
	    cmocka_unit_test(test_good_replies_leave_budget_to_requests),
	    cmocka_unit_test(test_each_subject_says_it_once),
	    cmocka_unit_test(test_addresses_are_their_bytes),
	    cmocka_unit_test(test_the_last_word_counts),
	    cmocka_unit_test(
		test_operations_are_told_apart_by_whom_they_are_for),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
