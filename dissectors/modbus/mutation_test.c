/*
 * Golden messages, broken in every simple way: each truncation, each flipped
 * bit, each byte set to 0, 1 and its largest.  The harness holds the parser
 * to its contract; beyond that:
 *
 *   - how the bytes were cut into segments changes nothing
 *   - more bytes behind a prefix change the probe's MORE and nothing else
 *   - after whatever it was, and a gap, the next message is read
 */
#include "dissectors/modbus/modbus_test.h"

static const struct {
	uint8_t side;
	const char *pdu;
} golden[] = {
    {A, "0a 01 0013 0013"},
    {B, "0a 01 03 cd6b05"},
    {A, "0a 03 0000 0002"},
    {B, "0a 03 04 00010002"},
    {A, "0a 05 00ac ff00"},
    {B, "0a 06 0001 1234"},
    {A, "0a 07"},
    {B, "0a 07 6d"},
    {A, "0a 08 0000 a537"},
    {B, "0a 08 000e 0123"},
    {B, "0a 0b ffff 0108"},
    {B, "0a 0c 08 0000 0108 0121 2000"},
    {A, "0a 0f 0013 000a 02 cd01"},
    {A, "0a 10 0001 0002 04 000a 0102"},
    {A, "0a 10 0000 0002 04 0007 0700"},
    {B, "0a 10 0001 0002"},
    {B, "0a 11 06 00 ff 41424320"},
    {A, "0a 14 0e 06 0004 0001 0002 06 0003 0009 0001"},
    {B, "0a 14 0a 05 06 0dfe 0020 03 06 33cd"},
    {A, "0a 15 0d 06 0004 0007 0003 06af 04be 100d"},
    {A, "0a 16 0004 00f2 0025"},
    {A, "0a 17 0003 0002 000e 0001 02 00ff"},
    {B, "0a 18 0006 0002 01b8 1284"},
    {A, "0a 2b 0e 02 00"},
    {B, "0a 2b 0e 02 82 ff 02 03 00 02 5663 01 02 5063 02 03 312e32"},
    {A, "0a 2b 0d 00 00 01 6042 00 0000 0002"},
    {B, "0a 2b 0d 00 00 01 6042 00 0000 0002 012c"},
    {A, "0a 5a 00 10 434c0000 04 50432d31"},
    {B, "0a 5a 00 fe 10ff 5a010100 0000 7002 0000 2700 0900 08000000 0000"
	"03 313233 01"},
    {A, "0a 41 0102"},
    {B, "0a 83 02"},
};

#define GOLDEN (sizeof(golden) / sizeof(golden[0]))

static struct harness *whole, *bytewise;
static unsigned long runs;

static void
send_as(struct harness *h, bool as_rtu, uint8_t side, const char *pdu)
{
	if (as_rtu) {
		rtu(h, side, pdu);
	} else {
		mbap(h, side, 7, pdu);
	}
}

/*
 * A flow that has just begun, or one that is proven and in which the request
 * that the message may answer (or the other way round) has gone before.
 */
static void
prepare(struct harness *h, size_t i, bool as_rtu, bool proven)
{
	harness_reset(h);
	h->claimed = true;
	if (!proven) {
		return;
	}
	send_as(h, as_rtu, A, "0a 03 0000 0001");
	send_as(h, as_rtu, B, "0a 03 02 0000");
	for (size_t j = 0; j < GOLDEN; j++) {
		if (golden[j].side != golden[i].side &&
		    strncmp(golden[j].pdu, golden[i].pdu, 5) == 0) {
			send_as(h, as_rtu, golden[j].side, golden[j].pdu);
			break;
		}
	}
	(void)harness_take(h);
}

static void
expect_recovery(struct harness *h)
{
	const struct mb_state *st = (const void *)h->state;

	if (st->gave_up) {
		return;
	}
	harness_gap(h, A);
	if (st->framing == MB_RTU) {
		rtu(h, A, "11 03 0100 0001");
	} else {
		mbap(h, A, 300, "11 03 0100 0001");
	}
	assert_true(harness_has(h, "'unit':17,'fc':3,'addr':256"));
}

static void
probe_is_pure(const uint8_t *p, size_t n)
{
	static const struct dis_probe ways[] = {
	    {.transport = DIS_TCP},
	    {.transport = DIS_TCP, .searching = true},
	    {.transport = DIS_TCP, .hinted = true, .to_hint = true},
	    {.transport = DIS_TCP,
		.hinted = true,
		.to_hint = true,
		.searching = true},
	};

	for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
		enum dis_rc said = DIS_MORE;

		for (size_t k = 0; k <= n; k++) {
			uint8_t *block = malloc(k + 1);
			enum dis_rc rc;

			assert_non_null(block);
			memcpy(block, p, k);
			rc =
			    dissector_modbus.probe(rd_make(block, k), &ways[w]);
			assert_true(rc != DIS_BAD);
			assert_true(said == DIS_MORE || rc == said);
			said = rc;
			free(block);
		}
	}
}

static void
run_one(size_t i, bool as_rtu, const uint8_t *p, size_t n)
{
	for (int way = 0; way < 3; way++) {
		char *lines;

		runs++;
		whole->port[1] = bytewise->port[1] = way == 2 ? 40002 : 502;
		prepare(whole, i, as_rtu, way == 0);
		harness_send(whole, golden[i].side, p, n);
		lines = strdup(harness_take(whole));
		assert_non_null(lines);
		prepare(bytewise, i, as_rtu, way == 0);
		harness_send(bytewise, golden[i].side, p, n);
		if (strcmp(harness_take(bytewise), lines) != 0) {
			for (size_t k = 0; k < n; k++) {
				print_error("%02x", p[k]);
			}
			print_error(" is read differently byte by byte:\n");
			assert_string_equal(bytewise->taken, lines);
		}
		free(lines);
		expect_recovery(whole);
	}
	probe_is_pure(p, n);
}

static size_t
wrap(size_t i, bool as_rtu, uint8_t buf[WRAP_MAX])
{
	return as_rtu ? wrap_rtu(golden[i].pdu, buf)
		      : wrap_mbap(7, golden[i].pdu, buf);
}

/* RTU messages need their CRC again to get past the framing. */
static void
seal(bool as_rtu, uint8_t *p, size_t n)
{
	uint16_t crc;

	if (as_rtu && n >= MB_RTU_MIN) {
		crc = mb_crc(p, n - 2);
		p[n - 2] = (uint8_t)crc;
		p[n - 1] = (uint8_t)(crc >> 8);
	}
}

static void
test_truncations(void **state)
{
	uint8_t buf[WRAP_MAX];

	for (size_t i = 0; i < 2 * GOLDEN; i++) {
		size_t n = wrap(i / 2, i % 2, buf);

		for (size_t k = 0; k < n; k++) {
			run_one(i / 2, i % 2, buf, k);
		}
	}
}

static void
test_truncated_bodies(void **state)
{
	uint8_t buf[WRAP_MAX];

	/* The header agrees with what is left. */
	for (size_t i = 0; i < 2 * GOLDEN; i++) {
		size_t n = wrap(i / 2, i % 2, buf);

		for (size_t k = n; k-- > 8;) {
			buf[4] = i % 2 ? buf[4] : (uint8_t)((k - 6) >> 8);
			buf[5] = i % 2 ? buf[5] : (uint8_t)(k - 6);
			seal(i % 2, buf, k);
			run_one(i / 2, i % 2, buf, k);
		}
	}
}

static void
test_bit_flips(void **state)
{
	uint8_t buf[WRAP_MAX];

	for (size_t i = 0; i < 2 * GOLDEN; i++) {
		size_t n = wrap(i / 2, i % 2, buf);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
			run_one(i / 2, i % 2, buf, n);
			seal(i % 2, buf, n);
			run_one(i / 2, i % 2, buf, n);
			(void)wrap(i / 2, i % 2, buf);
		}
	}
}

static void
test_extreme_bytes(void **state)
{
	static const uint8_t extremes[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	uint8_t buf[WRAP_MAX];

	for (size_t i = 0; i < 2 * GOLDEN; i++) {
		size_t n = wrap(i / 2, i % 2, buf);

		for (size_t k = 0; k < n * sizeof(extremes); k++) {
			buf[k / sizeof(extremes)] =
			    extremes[k % sizeof(extremes)];
			seal(i % 2, buf, n);
			run_one(i / 2, i % 2, buf, n);
			(void)wrap(i / 2, i % 2, buf);
		}
	}
}

static void
test_datagrams_broken(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_UDP);
	uint8_t buf[WRAP_MAX];

	for (size_t i = 0; i < GOLDEN; i++) {
		size_t n = wrap(i, false, buf);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
			harness_reset(h);
			h->claimed = true;
			harness_send(h, golden[i].side, buf, n);
			harness_send(h, golden[i].side, buf, bit / 8);
			harness_send_cut(h, golden[i].side, buf, bit / 8);
			(void)harness_take(h);
			mbap(h, A, 300, "11 03 0100 0001");
			assert_true(
			    harness_has(h, "'unit':17,'fc':3,'addr':256"));
			buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	harness_free(h);
}

static int
open_both(void **state)
{
	whole = harness_new(&dissector_modbus, DIS_TCP);
	bytewise = harness_new(&dissector_modbus, DIS_TCP);
	bytewise->segment = 1;
	return 0;
}

static int
close_both(void **state)
{
	assert_true(runs > 10000);
	harness_free(whole);
	harness_free(bytewise);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_truncated_bodies),
	    cmocka_unit_test(test_bit_flips),
	    cmocka_unit_test(test_extreme_bytes),
	    cmocka_unit_test(test_datagrams_broken),
	};

	return cmocka_run_group_tests(tests, open_both, close_both);
}
