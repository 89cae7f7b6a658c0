/*
 * A connection that opens as one protocol's and is another's, on a port that
 * both have: S7comm and MMS, with TPKT and COTP below them.  From the first
 * message that is another's on, the flow is the other's.
 */
#include "net/wire_test.h"

#define PORT 102

/* TPKT and COTP's connect, with the TSAPs of who calls and is called. */
#define CONNECT(kind, calling, called) \
	"\3\0\0\x13\x0e" kind "\0\0\0\1\0\xc1\2" calling "\xc2\2" called
#define DATA(n) "\3\0\0" n "\2\xf0\x80"

static const char s7_connect[] = CONNECT("\xe0", "\1\0", "\1\2");
static const char mms_connect[] = CONNECT("\xe0", "\0\1", "\0\1");
static const char s7_setup[] =
    DATA("\x19") "\x32\1\0\0\0\1\0\x08\0\0\xf0\0\0\1\0\1\1\xe0";
static const char s7_setup_ok[] =
    DATA("\x1b") "\x32\3\0\0\0\1\0\x08\0\0\0\0\xf0\0\0\1\0\1\0\xf0";
/* Session, presentation, Identify and its answer. */
static const char mms_identify[] =
    DATA("\x1b") "\1\0\1\0\x61\x0e\x30\x0c\2\1\3\xa0\x07\xa0\5\2\1\7\x82\0";
static const char mms_identified[] =
    DATA("\x21") "\1\0\1\0\x61\x14\x30\x12\2\1\3\xa0\x0d\xa1\x0b\2\1\7\xa2\6"
		 "\x80\4Otus";
/* Neither's. */
static const char noise[] = DATA("\x0b") "\x99\x99\x99\x99";

#define SAY(w, client, seq, bytes) \
	say((w), (client), (seq), (bytes), sizeof(bytes) - 1)

/* In one piece, or byte by byte. */
static bool in_bytes;

static uint32_t
say(struct wire *w, bool client, uint32_t seq, const char *bytes, size_t n)
{
	struct wire_ends e = client ? wire_to(PORT) : wire_from(PORT);
	size_t step = in_bytes ? 1 : n;

	for (size_t i = 0; i < n; i += step) {
		wire_tcp(w, e, seq, 1, 0x10, bytes + i, step);
		seq += (uint32_t)step;
	}
	return seq;
}

static void
opened_as_s7(struct wire *w)
{
	uint32_t c = SAY(w, true, 100, s7_connect);
	const char *text;

	c = SAY(w, true, c, mms_identify);
	(void)SAY(w, false, 200, mms_identified);
	(void)SAY(w, true, c, mms_identify);
	text = wire_text(w);
	assert_int_equal(wire_count(text, "\"proto\":\"s7comm\",\"dir\""), 2);
	assert_int_equal(wire_count(text, "\"op\":\"identify\""), 3);
	assert_int_equal(wire_count(text, "\"value\":\"Otus\""), 1);
	/* Who asked whom is known to the one who has it now. */
	assert_int_equal(wire_count(text, "\"req_frame\":"), 1);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	assert_int_equal(w->events[EV_GAP], 0);
}

static void
test_mms_behind_an_opening_of_s7(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct wire *w = wire_new(false);

		in_bytes = i;
		opened_as_s7(w);
		wire_free(w);
	}
}

static void
test_s7_behind_an_opening_of_mms(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct wire *w = wire_new(false);
		uint32_t c;

		in_bytes = i;
		c = SAY(w, true, 100, mms_connect);
		(void)SAY(w, true, c, s7_setup);
		(void)SAY(w, false, 200, s7_setup_ok);
		assert_int_equal(
		    wire_count(wire_text(w), "\"op\":\"setup_communication\""),
		    2);
		assert_int_equal(w->events[EV_MALFORMED], 0);
		wire_free(w);
	}
}

/* What nobody knows leaves the flow to who had it. */
static void
test_noise_is_nobodys(void **state)
{
	struct wire *w = wire_new(false);
	uint32_t c;

	(void)state;
	in_bytes = false;
	c = SAY(w, true, 100, s7_connect);
	c = SAY(w, true, c, noise);
	(void)SAY(w, true, c, s7_setup);
	(void)SAY(w, false, 200, s7_setup_ok);
	assert_int_equal(
	    wire_count(wire_text(w), "\"op\":\"setup_communication\""), 2);
	wire_free(w);
}

/* A flow that is proven is not given away for a message. */
static void
test_proven_flow_stays(void **state)
{
	struct wire *w = wire_new(false);
	uint32_t c;

	(void)state;
	in_bytes = false;
	c = SAY(w, true, 100, s7_setup);
	(void)SAY(w, false, 200, s7_setup_ok);
	c = SAY(w, true, c, mms_identify);
	(void)SAY(w, true, c, s7_setup);
	assert_int_equal(wire_count(wire_text(w), "\"proto\":\"mms\""), 0);
	wire_free(w);
}

/* Two that are mixed on one connection end in nobody's, and end. */
static void
test_mixture_ends(void **state)
{
	struct wire *w = wire_new(false);
	uint32_t c = 100;

	(void)state;
	in_bytes = false;
	for (int i = 0; i < 20; i++) {
		c = SAY(w, true, c, mms_connect);
		c = SAY(w, true, c, s7_setup);
		c = SAY(w, true, c, mms_identify);
	}
	assert_true(w->events[EV_OPERATION] < 10);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mms_behind_an_opening_of_s7),
	    cmocka_unit_test(test_s7_behind_an_opening_of_mms),
	    cmocka_unit_test(test_noise_is_nobodys),
	    cmocka_unit_test(test_proven_flow_stays),
	    cmocka_unit_test(test_mixture_ends),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
