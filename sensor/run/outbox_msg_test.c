/*
 * outbox_msg_test: both messages there and back, and as hostile input; the
 * courier's configuration; receivers as people write them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "run/outbox_msg.h"
#include "run/run.h"
#include "run/target.h"

static const struct outbox_ask sample_ask = {
    .number = 0x01020304,
    .form = MESSAGE_CEF,
    .max = 200,
    .after = 77,
    .sent = 70,
    .event = "e-0123456789.2",
    .total = {1, 2, 3, UINT64_MAX},
};

/* Decodes from a block that ends where the bytes do. */
static int
decode_ask(const uint8_t *p, size_t n, struct outbox_ask *ret)
{
	uint8_t *exact = malloc(n + (n == 0));
	int rc;

	assert_non_null(exact);
	memcpy(exact, p, n);
	rc = outbox_ask_decode(rd_make(exact, n), ret);
	free(exact);
	return rc;
}

static void
test_ask_there_and_back(void **state)
{
	uint8_t buf[OUTBOX_ASK_MAX];
	struct outbox_ask b;
	size_t n = outbox_ask_encode(buf, &sample_ask);

	(void)state;
	assert_int_equal(decode_ask(buf, n, &b), 0);
	assert_int_equal(b.number, 0x01020304);
	assert_int_equal(b.form, MESSAGE_CEF);
	assert_int_equal(b.max, 200);
	assert_int_equal(b.after, 77);
	assert_int_equal(b.sent, 70);
	assert_string_equal(b.event, "e-0123456789.2");
	assert_memory_equal(b.total, sample_ask.total, sizeof(b.total));
}

static void
test_bad_asks_are_refused(void **state)
{
	uint8_t buf[OUTBOX_ASK_MAX + 1];
	struct outbox_ask a, b, untouched;
	size_t n = outbox_ask_encode(buf, &sample_ask);

	(void)state;
	memset(&b, 0xa5, sizeof(b));
	untouched = b;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(decode_ask(buf, i, &b), ERR_PEER);
	}
	buf[n] = 0;
	assert_int_equal(decode_ask(buf, n + 1, &b), ERR_PEER);
#define REFUSED(change)                                             \
	do {                                                        \
		a = sample_ask;                                     \
		change;                                             \
		n = outbox_ask_encode(buf, &a);                     \
		assert_int_equal(decode_ask(buf, n, &b), ERR_PEER); \
	} while (0)
	REFUSED(a.form = MESSAGE_FORMS);
	REFUSED(a.max = OUTBOX_BATCH_MAX + 1);
	REFUSED(a.after = -1);
	REFUSED(a.sent = INT64_MIN);
	REFUSED(a.sent = 78); /* arrived before it was given out */
	REFUSED(a.sent = 0);  /* with an event                    */
	REFUSED(a.event[0] = '\0');
	REFUSED(a.event[3] = ' ');
	REFUSED(a.event[3] = '\n');
	assert_memory_equal(&b, &untouched, sizeof(b));
}

static uint8_t give_buf[CHAN_BODY_MAX], msg_buf[MESSAGE_MAX];

static size_t
make_give(uint16_t mails, size_t len)
{
	struct outbox_give g;

	outbox_give_start(&g, give_buf, 9, 1234);
	for (uint16_t i = 0; i < mails; i++) {
		struct outbox_mail m = {
		    .id = 10 + i, .event = "e-1.1", .msg = msg_buf, .len = len};

		memset(msg_buf, 'a' + i % 26, len);
		assert_true(outbox_give_add(&g, &m));
	}
	return outbox_give_end(&g);
}

static int
decode_give(const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n + (n == 0));
	struct outbox_batch b;
	struct outbox_mail m;
	int64_t last = 0;
	uint16_t count = 0;
	int rc;

	assert_non_null(exact);
	memcpy(exact, p, n);
	rc = outbox_give_decode(rd_make(exact, n), &b);
	while (rc == 0 && outbox_batch_next(&b, &m)) {
		uint8_t sum = 0;

		assert_true(m.id > last);
		assert_true(m.len > 0 && m.len <= MESSAGE_MAX);
		assert_true(strlen(m.event) > 0);
		for (size_t i = 0; i < m.len; i++) {
			sum ^= m.msg[i]; /* all of it is there */
		}
		(void)sum;
		last = m.id;
		count++;
	}
	assert_true(rc != 0 || count == b.n);
	free(exact);
	return rc;
}

static void
test_give_there_and_back(void **state)
{
	size_t n = make_give(3, 100);
	struct outbox_batch b;
	struct outbox_mail m;

	(void)state;
	assert_int_equal(outbox_give_decode(rd_make(give_buf, n), &b), 0);
	assert_int_equal(b.number, 9);
	assert_int_equal(b.waiting, 1234);
	assert_int_equal(b.n, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(outbox_batch_next(&b, &m));
		assert_int_equal(m.id, 10 + i);
		assert_string_equal(m.event, "e-1.1");
		assert_int_equal(m.len, 100);
		assert_int_equal(m.msg[99], 'a' + i);
	}
	assert_false(outbox_batch_next(&b, &m));
	assert_int_equal(decode_give(give_buf, make_give(0, 0)), 0);
}

static void
test_give_stops_when_full(void **state)
{
	struct outbox_give g;
	struct outbox_mail m = {
	    .id = 1, .event = "e-1.1", .msg = msg_buf, .len = MESSAGE_MAX};
	uint16_t n = 0;

	(void)state;
	outbox_give_start(&g, give_buf, 1, 1);
	while (outbox_give_add(&g, &m)) {
		m.id++;
		n++;
	}
	assert_int_equal(n, CHAN_BODY_MAX / (MESSAGE_MAX + 16));
	assert_int_equal(decode_give(give_buf, outbox_give_end(&g)), 0);
	m.len = 1;
	outbox_give_start(&g, give_buf, 1, 1);
	for (n = 0; outbox_give_add(&g, &m); n++) {
		m.id++;
	}
	assert_int_equal(n, OUTBOX_BATCH_MAX);
	assert_int_equal(decode_give(give_buf, outbox_give_end(&g)), 0);
}

static void
test_bad_gives_are_refused(void **state)
{
	size_t n = make_give(3, 20);
	uint8_t save;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(decode_give(give_buf, i), ERR_PEER);
	}
	give_buf[n] = 0;
	assert_int_equal(decode_give(give_buf, n + 1), ERR_PEER);
	give_buf[12] = 2; /* n: fewer than there are */
	assert_int_equal(decode_give(give_buf, n), ERR_PEER);
	give_buf[12] = 4;
	assert_int_equal(decode_give(give_buf, n), ERR_PEER);
	give_buf[12] = 3;
	give_buf[14] = 11; /* the first id: as the second */
	assert_int_equal(decode_give(give_buf, n), ERR_PEER);
	give_buf[14] = 0;
	assert_int_equal(decode_give(give_buf, n), ERR_PEER);
	give_buf[14] = 10;
	give_buf[21] = 0x80; /* negative */
	assert_int_equal(decode_give(give_buf, n), ERR_PEER);
	give_buf[21] = 0;
	assert_int_equal(decode_give(give_buf, n), 0);
	/* Whatever one bit does: refused, or read to its end. */
	for (size_t i = 0; i < n * 8; i++) {
		save = give_buf[i / 8];
		give_buf[i / 8] ^= (uint8_t)(1 << i % 8);
		(void)decode_give(give_buf, n);
		give_buf[i / 8] = save;
	}
	/* An empty message; one that is too long, with all its bytes. */
	assert_int_equal(decode_give(give_buf, make_give(1, 0)), ERR_PEER);
	n = make_give(1, MESSAGE_MAX);
	n -= MESSAGE_MAX; /* its length stands before it */
	give_buf[n - 2] = (uint8_t)((MESSAGE_MAX + 1) & 0xff);
	give_buf[n - 1] = (uint8_t)((MESSAGE_MAX + 1) >> 8);
	assert_int_equal(decode_give(give_buf, n + MESSAGE_MAX + 1), ERR_PEER);
}

static void
test_configuration_there_and_back(void **state)
{
	const struct run_courier_config c = {
	    .host = "siem.example", .port = 514, .form = MESSAGE_JSON};
	struct run_courier_config d;
	uint8_t buf[512];
	size_t n = run_courier_encode(buf, sizeof(buf), &c);

	(void)state;
	assert_int_equal(run_courier_decode(rd_make(buf, n), &d), 0);
	assert_string_equal(d.host, "siem.example");
	assert_int_equal(d.port, 514);
	assert_int_equal(d.form, MESSAGE_JSON);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(
		    run_courier_decode(rd_make(buf, i), &d), ERR_PEER);
	}
	buf[n - 1] = MESSAGE_FORMS;
	assert_int_equal(run_courier_decode(rd_make(buf, n), &d), ERR_PEER);
}

static void
test_targets_as_people_write_them(void **state)
{
	static const char *const bad[] = {"", ":", "host", ":514",
	    "host:", "host:0", "host:65536", "host:5x", "host:-1", "::1:514",
	    "[]:1", "[::1]", "[host]:514", "host:514 ", "fe80::1"};
	char host[TARGET_HOST_MAX], text[TARGET_TEXT_MAX];
	uint16_t port;

	(void)state;
	assert_int_equal(target_parse("10.0.0.1:514", host, &port), 0);
	assert_string_equal(host, "10.0.0.1");
	assert_int_equal(port, 514);
	assert_int_equal(target_parse("[2001:db8::1]:65535", host, &port), 0);
	assert_string_equal(host, "2001:db8::1");
	assert_int_equal(port, 65535);
	target_text(host, port, text);
	assert_string_equal(text, "[2001:db8::1]:65535");
	target_text("siem", 1, text);
	assert_string_equal(text, "siem:1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(target_parse(bad[i], host, &port), ERR_CONFIG);
	}
	assert_int_equal(port, 65535);
}

static void
test_addresses_need_no_resolver(void **state)
{
	struct courier_addr a[2];
	const char *why;
	bool named = true;

	(void)state;
	assert_int_equal(
	    target_resolve("127.0.0.1", 514, a, 2, &named, &why), 1);
	assert_false(named);
	assert_int_equal(a[0].sa.ss_family, AF_INET);
	assert_int_equal(target_resolve("::1", 514, a, 2, &named, &why), 1);
	assert_false(named);
	assert_int_equal(a[0].sa.ss_family, AF_INET6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ask_there_and_back),
	    cmocka_unit_test(test_bad_asks_are_refused),
	    cmocka_unit_test(test_give_there_and_back),
	    cmocka_unit_test(test_give_stops_when_full),
	    cmocka_unit_test(test_bad_gives_are_refused),
	    cmocka_unit_test(test_configuration_there_and_back),
	    cmocka_unit_test(test_targets_as_people_write_them),
	    cmocka_unit_test(test_addresses_need_no_resolver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
