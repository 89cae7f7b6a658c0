/*
 * Golden messages of EtherNet/IP, CIP, PCCC and class 1 data, broken in every
 * simple way: each truncation (of the stream, and of what is in the message),
 * each flipped bit, each byte set to 0, 1 and its largest.  The harness holds
 * the parser to its contract; beyond that:
 *
 *   - how the bytes were cut into segments changes nothing
 *   - more bytes behind a prefix change the probe's MORE and nothing else
 *   - after whatever it was, and a gap, the next message is read
 */
#include "dissectors/enip/enip_test.h"

/* How the digits are wrapped. */
enum wrap {
	ENCAP, /* not at all */
	CIP,
	PCCC,
};

#define SYMBOL_LIST "55 02 206b 2400 0400 0100 0200 0700 0800"

/* A reply stands right behind its request. */
static const struct {
	uint8_t side, wrap;
	const char *text;
} golden[] = {
    {A, ENCAP,
	"6500 0400 00000000 00000000 0000000000000000 00000000 01000000"},
    {A, ENCAP, "6300 0000 00000000 00000000 0000000000000000 00000000"},
    {B, ENCAP,
	"6300 3300 00000000 00000000 0000000000000000 00000000 0100 0c00 2d00"
	"0100 0002af12 0a000003 0000000000000000 0100 0e00 3600 140b 6030"
	"3f825100 0b 313735362d4c36312f42 41 03"},
    {A, ENCAP, "0400 0000 00000000 00000000 0000000000000000 00000000"},
    {B, ENCAP,
	"0400 1a00 00000000 00000000 0000000000000000 00000000 0100 0001 1400"
	"0100 2001 436f6d6d756e69636174696f6e730000"},
    {A, CIP, "01 02 2001 2401"},
    {B, CIP,
	"81 00 00 00 0100 0e00 3600 140b 6030 3f825100 04 4c363120 03 1200 0a"},
    {A, CIP, "03 02 2001 2401 0300 0600 0700 0f00"},
    {B, CIP,
	"83 00 00 00 0300 0600 0000 3f825100 0700 0000 02 4c36 0f00 0000 01"
	"656e67 da 0400 03 416263"},
    {A, CIP, "01 02 20f5 2401"},
    {B, CIP,
	"81 00 00 00 01000000 14000000 00000000 0200 20f62401 0200000a 00ffffff"
	"0100000a 00000000 00000000 0200 6162 0400 6c696e65 000000000000 01"},
    {A, CIP, "04 02 20f5 2401 0200 0300 00000000 0600 0300 6e657700"},
    {A, CIP, "52 02 2006 2401 07f9 0600 01022001 2401 0100 0103"},
    {B, CIP, "d2 00 01 01 0402 01 00"},
    {A, CIP,
	"54 02 2006 2401 07f9 00000000 11000000 0700 4d00 d323aa07 01 000000"
	"10270000 f443 10270000 f443 01 07 340401000e003600 9403 0100 2004"},
    {B, CIP,
	"d4 00 00 00 55000000 11000000 0700 4d00 d323aa07 10270000 10270000"
	"00 00"},
    {A, CIP,
	"54 02 2006 2401 07f9 00000000 11000000 0700 4d00 d323aa07 01 000000"
	"10270000 f443 10270000 f443 00 1d 0102 501b 00 00 01020304 "
	"050607080900"
	"00000000 0000 01020304050600000001 01020304050600000002 0a00 0200 0500"
	"02 01 01020304 05060708"},
    {A, CIP, "4e 02 2006 2401 07f9 0700 4d00 d323aa07 02 00 20042401"},
    {A, CIP,
	"0a 02 2002 2401 0200 0600 1200 4c 04 9105 5461626c 6500 2802 0200"
	"4c 02 206b 2405 0100"},
    {B, CIP,
	"8a 00 1e 00 0200 0600 1000 cc 00 00 00 c300 0100 ffff cc 00 05 01"
	"0000"},
    {A, CIP, "52 03 9103 5461 6700 0100 00000000"},
    {B, CIP, "d2 00 06 00 a002 ce0f 02000000 4869"},
    {A, CIP, "4d 02 9102 4142 ca00 0100 0000c03f"},
    {A, CIP, "4e 02 9102 4142 0200 0100 feff"},
    {A, CIP, SYMBOL_LIST},
    {B, CIP,
	"d5 00 06 00 05000000 0300 546167 c420 0400 0a000000 00000000 00000000"
	"09000000 0100 55 e982 2000 00000000 00000000 00000000"},
    {A, CIP, "4c 03 206c 2500 e902 00000000 4000"},
    {B, CIP, "cc 00 00 00 0000 c400 00000000 4142 3b00 4300"},
    {A, CIP, "0e 03 20f6 2401 3004"},
    {B, CIP,
	"8e 00 00 00 01000000 02000000 03000000 04000000 05000000 06000000"
	"07000000 08000000 09000000 0a000000 0b000000"},
    {A, CIP, "50 02 2037 24c8 00 02 656e64"},
    {A, PCCC, "06 00 0100 03"},
    {B, PCCC,
	"46 00 0100 00 ee 4a 9c 23 313736332d4c4543202020 0000 26 00 78 1a"},
    {A, PCCC, "06 00 0200 03"},
    {B, PCCC,
	"46 00 0200 06 eb 4b 00000000 42 01 fd 00 0000 0000 00 00 11 00 00"},
    {A, PCCC, "0f 00 0300 a2 0c 04 86 02 00"},
    {B, PCCC, "4f 00 0300 00e0 6400 3200 0000 0a00 0000"},
    {A, PCCC, "0f 00 0400 ab 02 07 89 ff2c01 00 ffff 2a00"},
    {A, PCCC, "0f 00 0500 68 0000 0200 00 24 4e373a30 00 0200"},
    {B, PCCC, "4f 00 0500 99 09 05 42 2a00 ffff"},
    {A, PCCC, "0f 00 0600 88 02 06 a2 02 07 89 00 00 02 80 06"},
    {A, PCCC, "0f 00 0700 af 04 0001 0000 22 01020304"},
};

#define GOLDEN  (sizeof(golden) / sizeof(golden[0]))
#define PDU_MAX 512

static struct harness *whole, *cut;
static unsigned long runs;

/* --- bytes ----------------------------------------------------------------- */

/* What goes into the wrapping: a PCCC message has its service before it. */
static size_t
inner_of(size_t i, uint8_t *ret)
{
	size_t n = 0;

	if (golden[i].wrap == PCCC) {
		n = harness_unhex(golden[i].side == A
				      ? "4b 02 2067 2401 07 4d00 d323aa07"
				      : "cb 00 00 00 07 4d00 d323aa07",
		    ret, PDU_MAX);
	}
	return n + harness_unhex(golden[i].text, ret + n, PDU_MAX - n);
}

/* SendRRData around n bytes of CIP; encapsulation stays as it is. */
static size_t
wrap(size_t i, const uint8_t *inner, size_t n, uint8_t *ret)
{
	static const uint8_t head[] = {0x6f, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0,
	    0xb2, 0, 0, 0};
	size_t at = 0;

	if (golden[i].wrap != ENCAP) {
		at = sizeof(head);
		memcpy(ret, head, at);
		ret[2] = (uint8_t)(n + 16);
		ret[3] = (uint8_t)((n + 16) >> 8);
		ret[38] = (uint8_t)n;
		ret[39] = (uint8_t)(n >> 8);
	}
	memcpy(ret + at, inner, n);
	return at + n;
}

/* --- runs -------------------------------------------------------------------- */

/* A flow that has just begun, or one in which the request went before. */
static void
prepare(struct harness *h, size_t i, bool asked)
{
	uint8_t inner[PDU_MAX], pdu[PDU_MAX];

	harness_reset(h);
	h->claimed = true;
	if (asked && golden[i].side == B && i > 0) {
		size_t n = wrap(i - 1, inner, inner_of(i - 1, inner), pdu);

		harness_send(h, A, pdu, n);
		(void)harness_take(h);
	}
}

static void
expect_recovery(struct harness *h)
{
	harness_gap(h, A);
	send_rr(h, A, 9, "0e 03 2001 2401 3006");
	assert_true(harness_has(h, "'op':'get_attribute_single'"));
	(void)harness_take(h);
}

static void
run_one(size_t i, const uint8_t *p, size_t n)
{
	for (int asked = 0; asked < 2; asked++) {
		char *lines;

		if (asked && golden[i].side == A) {
			break;
		}
		runs++;
		cut->segment = runs % 4 == 0 ? 1 : 7;
		prepare(whole, i, asked);
		harness_send(whole, golden[i].side, p, n);
		lines = strdup(harness_take(whole));
		assert_non_null(lines);
		prepare(cut, i, asked);
		harness_send(cut, golden[i].side, p, n);
		if (strcmp(harness_take(cut), lines) != 0) {
			for (size_t k = 0; k < n; k++) {
				print_error("%02x", p[k]);
			}
			print_error(" is read differently in pieces:\n");
			assert_string_equal(cut->taken, lines);
		}
		free(lines);
		expect_recovery(whole);
	}
}

static void
probe_is_pure(const uint8_t *p, size_t n)
{
	static const struct dis_probe ways[] = {
	    {.transport = DIS_TCP},
	    {.transport = DIS_TCP, .searching = true},
	    {.transport = DIS_TCP, .hinted = true, .to_hint = true},
	};

	for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
		enum dis_rc said = DIS_MORE;

		for (size_t k = 0; k <= n; k++) {
			uint8_t *block = malloc(k + 1);
			enum dis_rc rc;

			assert_non_null(block);
			memcpy(block, p, k);
			rc = dissector_enip.probe(rd_make(block, k), &ways[w]);
			assert_true(rc != DIS_BAD);
			assert_true(said == DIS_MORE || rc == said);
			said = rc;
			free(block);
		}
	}
}

/* --- tests --------------------------------------------------------------------- */

static void
test_truncations(void **state)
{
	uint8_t inner[PDU_MAX], pdu[PDU_MAX];

	for (size_t i = 0; i < GOLDEN; i++) {
		size_t len = inner_of(i, inner), n = wrap(i, inner, len, pdu);

		probe_is_pure(pdu, n);
		for (size_t k = 0; k < n; k++) {
			run_one(i, pdu, k);
		}
		/* The wrapping agrees with what is left. */
		for (size_t k = 0; k < len && golden[i].wrap != ENCAP; k++) {
			n = wrap(i, inner, k, pdu);
			run_one(i, pdu, n);
		}
	}
}

static void
test_bit_flips(void **state)
{
	uint8_t inner[PDU_MAX], pdu[PDU_MAX];

	for (size_t i = 0; i < GOLDEN; i++) {
		size_t n = wrap(i, inner, inner_of(i, inner), pdu);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
			run_one(i, pdu, n);
			pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void
test_extreme_bytes(void **state)
{
	static const uint8_t extremes[] = {0x00, 0x01, 0x7f, 0xff};
	uint8_t inner[PDU_MAX], pdu[PDU_MAX];

	for (size_t i = 0; i < GOLDEN; i++) {
		size_t n = wrap(i, inner, inner_of(i, inner), pdu);

		for (size_t k = 0; k < n * sizeof(extremes); k++) {
			size_t at = k / sizeof(extremes);
			uint8_t was = pdu[at];

			pdu[at] = extremes[k % sizeof(extremes)];
			run_one(i, pdu, n);
			pdu[at] = was;
		}
	}
}

/* Class 1 data of a connection that was opened. */
static void
test_data_broken(void **state)
{
	static const char data[] =
	    "0200 0280 0800 55000000 01000000 b100 0a00 0100 01000000 01020304";
	struct harness *h = harness_new(&dissector_cipio, DIS_UDP);
	uint8_t pdu[PDU_MAX];
	size_t n = harness_unhex(data, pdu, sizeof(pdu));

	for (size_t bit = 0; bit < 8 * n; bit++) {
		harness_reset(h);
		h->claimed = true;
		pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
		harness_send(h, A, pdu, n);
		harness_send(h, A, pdu, bit / 8);
		harness_send_cut(h, A, pdu, bit / 8);
		(void)harness_take(h);
		harness_hex(h, A, data);
		HAS(h, "'op':'io_data'");
		HAS(h, "'conn':'0x00000055','eseq':1,'len':10");
		pdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	harness_free(h);
}

static int
open_both(void **state)
{
	whole = enip_flow(DIS_TCP);
	cut = enip_flow(DIS_TCP);
	return 0;
}

static int
close_both(void **state)
{
	assert_true(runs > 10000);
	harness_free(whole);
	harness_free(cut);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_bit_flips),
	    cmocka_unit_test(test_extreme_bytes),
	    cmocka_unit_test(test_data_broken),
	};

	return cmocka_run_group_tests(tests, open_both, close_both);
}
