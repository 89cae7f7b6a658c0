/*
 * The novelty filter, over crafted frames: repeats are counted, news is told,
 * and a write knows what was there before.
 */
#include "net/wire_test.h"

#include "net/novelty.h"

#define ACK 0x10

struct filter {
	struct wire *wire;
	struct novelty *novelty;
	struct json json;
	char out[1 << 18];
	unsigned told[EV_KIND_COUNT], repeats;
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

	novelty_event(f->novelty, e, link);
}

static void
on_tick(void *arg, uint64_t ns)
{
	struct filter *f = arg;

	novelty_tick(f->novelty, ns);
}

static struct filter *
filter_new(void)
{
	struct filter *f = calloc(1, sizeof *f);
	struct net_options opt = {.links = true};
	struct net_sink sink = {on_event, on_tick, f};

	assert_non_null(f);
	json_init(&f->json, f->out, sizeof f->out, NULL, NULL);
	f->wire = calloc(1, sizeof *f->wire);
	assert_non_null(f->wire);
	f->wire->ts_ns = 1000 * NS_PER_SEC;
	assert_int_equal(net_new(&opt, &sink, &f->wire->net), 0);
	assert_int_equal(
	    novelty_new(net_links(f->wire->net), on_pass, f, &f->novelty), 0);
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
poll(struct filter *f, uint16_t txn, uint16_t addr, uint16_t value)
{
	uint8_t b[64];

	request(f, b, wire_read(b, txn, addr));
	reply(f, b, wire_reply(b, txn, value));
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
	    wire_count(filter_text(f), "\"op\":\"read_holding_registers\""), 4);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_polls_are_told_once_and_counted),
	    cmocka_unit_test(test_counts_come_in_stream_time),
	    cmocka_unit_test(test_write_says_what_was_there_before),
	    cmocka_unit_test(
		test_cyclic_writer_is_counted_until_it_leaves_its_range),
	    cmocka_unit_test(test_flood_of_news_stays_within_the_budget),
	    cmocka_unit_test(test_errors_are_told_once_each),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
