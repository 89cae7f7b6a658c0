/*
 * The pipeline as a whole, over crafted frames: order, loss, overlap,
 * duplicates, pairing, mid-stream, and what re-segmentation must not change.
 */
#include "limits.h"
#include "net/wire_test.h"

#define FIN    0x01
#define SYN    0x02
#define RST    0x04
#define ACK    0x10
#define OPS(w) ((w)->events[EV_OPERATION])

static void
handshake(struct wire *w, uint32_t cseq, uint32_t sseq)
{
	wire_tcp(w, wire_to(502), cseq - 1, 0, SYN, NULL, 0);
	wire_tcp(w, wire_from(502), sseq - 1, cseq, SYN | ACK, NULL, 0);
	wire_tcp(w, wire_to(502), cseq, sseq, ACK, NULL, 0);
}

static void
test_request_and_reply_are_paired(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	const char *t;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 7, 30));
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 7, 5));
	t = wire_text(w);
	assert_int_equal(OPS(w), 2);
	assert_non_null(strstr(t, "\"req_frame\":4"));
	assert_non_null(strstr(t, "\"rtt_us\":1000"));
	assert_int_equal(wire_count(t, "\"kind\":\"service\""), 2);
	assert_int_equal(wire_count(t, "\"kind\":\"endpoint\""), 2);
	assert_int_equal(wire_count(t, "\"tentative\":true"), 2);
	wire_free(w);
}

static void
test_early_segment_waits_for_the_one_before(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	const char *t, *first, *second;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 112, 200, ACK, b, wire_read(b, 2, 20));
	assert_int_equal(OPS(w), 0);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	assert_int_equal(OPS(w), 2);
	t = wire_text(w);
	first = strstr(t, "\"addr\":10");
	second = strstr(t, "\"addr\":20");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	/* each with the frame that completed it */
	assert_non_null(strstr(t, "\"frame\":4"));
	assert_non_null(strstr(t, "\"frame\":5"));
	wire_free(w);
}

static void
test_acknowledged_hole_is_a_gap_soon(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	const char *t, *gap, *req, *rsp;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	/* 112..123 never captured, but acknowledged */
	wire_tcp(w, wire_from(502), 200, 124, ACK, NULL, 0);
	wire_tcp(w, wire_to(502), 124, 200, ACK, b, wire_read(b, 3, 30));
	wire_tcp(w, wire_from(502), 200, 136, ACK, b, wire_reply(b, 3, 5));
	assert_int_equal(w->events[EV_GAP], 0);
	w->ts_ns += 200 * NS_PER_MS;
	wire_tcp(w, wire_to(502), 136, 213, ACK, NULL, 0);
	t = wire_text(w);
	assert_int_equal(w->events[EV_GAP], 1);
	assert_non_null(gap = strstr(t, "\"lost\":12"));
	/* The reply has waited behind its request. */
	assert_int_equal(OPS(w), 3);
	assert_non_null(req = strstr(t, "\"addr\":30"));
	assert_non_null(rsp = strstr(t, "\"req_frame\":6"));
	assert_true(gap < req && req < rsp);
	assert_non_null(strstr(t, "\"rtt_us\":1000"));
	wire_free(w);
}

static void
test_acknowledgement_may_overtake_its_data(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64], c[64];

	(void)state;
	handshake(w, 100, 200);
	wire_read(b, 1, 10);
	wire_read(b + 12, 2, 20);
	wire_reply(c, 1, 5);
	wire_reply(c + 13, 2, 6);
	/* the second request, both replies, the first request */
	wire_tcp(w, wire_to(502), 112, 200, ACK, b + 12, 12);
	wire_tcp(w, wire_from(502), 200, 124, ACK, NULL, 0);
	wire_tcp(w, wire_from(502), 200, 124, ACK, c, 13);
	wire_tcp(w, wire_from(502), 213, 124, ACK, c + 13, 13);
	assert_int_equal(OPS(w), 0);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, 12);
	assert_int_equal(OPS(w), 4);
	assert_int_equal(w->events[EV_GAP], 0);
	assert_int_equal(wire_count(wire_text(w), "\"req_frame\""), 2);
	wire_free(w);
}

/* What is held for an acknowledged hole is bounded too. */
static void
test_long_wait_for_what_is_lost_ends(void **state)
{
	struct wire *w = wire_new(false);
	uint64_t frame, ts;
	uint32_t s = 200;
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 112, s, ACK, b, wire_read(b, 2, 20));
	for (uint16_t i = 0; i < LIMIT_CHUNK_PER_FLOW + 5; i++, s += 13) {
		w->ts_ns -= NS_PER_MS - 1000;
		wire_tcp(w, wire_from(502), s, 124, ACK, b,
		    wire_reply(b, (uint16_t)(i + 2), i));
	}
	/* No room for more: replies go first, and none is lost. */
	assert_int_equal(OPS(w), LIMIT_CHUNK_PER_FLOW + 1);
	w->ts_ns += 200 * NS_PER_MS;
	wire_tcp(w, wire_from(502), s, 124, ACK, NULL, 0);
	assert_int_equal(OPS(w), 1 + LIMIT_CHUNK_PER_FLOW + 5);
	assert_int_equal(w->events[EV_GAP], 1);
	assert_false(net_waits(w->net, &frame, &ts));
	wire_free(w);
}

/* Held bytes of both sides, in every order of their arrival. */
static void
test_shuffled_conversation_is_told_whole(void **state)
{
	uint64_t random = 88172645463325252ULL;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct wire *w = wire_new(false);
		uint16_t order[20] = {0};
		uint8_t b[64];

		handshake(w, 100, 200);
		for (uint16_t i = 0; i < 20; i++) {
			uint16_t at;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at = (uint16_t)(random % (i + 1u));
			order[i] = order[at];
			order[at] = i;
		}
		for (uint16_t i = 0; i < 20; i++) {
			uint16_t n = order[i] / 2;
			uint32_t c = 100 + 12u * n, s = 200 + 13u * n;

			if (order[i] % 2 == 0) {
				wire_tcp(w, wire_to(502), c, s, ACK, b,
				    wire_read(b, n, n));
			} else {
				wire_tcp(w, wire_from(502), s, c + 12, ACK, b,
				    wire_reply(b, n, n));
			}
		}
		assert_int_equal(OPS(w), 20);
		assert_int_equal(w->events[EV_GAP], 0);
		assert_int_equal(w->events[EV_MALFORMED], 0);
		wire_free(w);
	}
}

static void
test_cut_reply_is_told_as_far_as_it_goes(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	const char *t;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	w->cut = 2; /* the second register */
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 5));
	w->cut = 0;
	wire_tcp(w, wire_to(502), 112, 213, ACK, b, wire_read(b, 2, 20));
	w->cut = 2;
	wire_tcp(w, wire_from(502), 213, 124, ACK, b, wire_reply(b, 2, 5));
	w->cut = 0;
	wire_tcp(w, wire_to(502), 124, 226, ACK, b, wire_read(b, 3, 30));
	wire_tcp(w, wire_from(502), 226, 136, ACK, b, wire_reply(b, 3, 6));
	t = wire_text(w);
	assert_int_equal(OPS(w), 6);
	assert_int_equal(wire_count(t, "\"cut\":true"), 2);
	assert_non_null(strstr(t, "\"addr\":10,\"qty\":2,\"values\":[5]}"));
	assert_int_equal(wire_count(t, "\"lost\":2,\"cause\":\"short\""), 2);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	/* in step: what follows needs no search, and may be cut too */
	assert_non_null(strstr(t, "\"values\":[6,6]}"));
	assert_int_equal(net_counters(w->net)->resync_bytes, 0);
	wire_free(w);
}

static void
test_cut_inside_the_header_is_a_gap_only(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	w->cut = 6;
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 5));
	assert_int_equal(OPS(w), 1);
	assert_int_equal(w->events[EV_GAP], 1);
	wire_free(w);
}

static void
test_length_beyond_any_frame_is_malformed(void **state)
{
	struct wire *w = wire_new(false);
	size_t n = 0;
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	n = wire_read(b, 1, 10);
	w->announce = 60000;
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, n);
	w->announce = 0;
	assert_int_equal(OPS(w), 0);
	assert_int_equal(w->events[EV_MALFORMED], 1);
	assert_non_null(strstr(wire_text(w),
	    "\"reason\":\"IPv4 total length beyond the frame\","
	    "\"offset\":16"));
	/* It has not carried the stream off. */
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, n);
	assert_int_equal(OPS(w), 1);
	assert_int_equal(w->events[EV_GAP], 0);
	wire_free(w);
}

static void
test_service_says_who_asks(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 5));
	wire_tcp(w, wire_to(502), 112, 213, ACK, b, wire_read(b, 2, 10));
	wire_tcp(w, wire_from(502), 213, 124, ACK, b, wire_reply(b, 2, 5));
	assert_int_equal(w->events[EV_SERVICE], 2);
	assert_int_equal(wire_count(wire_text(w), "\"dir\":\"unknown\""), 0);
	/* from the client to the server, as its ends are */
	assert_non_null(strstr(wire_text(w),
	    "\"port\":502},\"proto\":\"modbus\",\"dir\":\"request\","
	    "\"transport\":\"tcp\",\"port\":502,\"answers\":true"));
	wire_free(w);
}

/* A client that uses Modbus's port for its own end. */
static void
test_syn_outweighs_the_port(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	wire_tcp(w, wire_from(502), 199, 0, SYN, NULL, 0);
	wire_tcp(w, wire_to(502), 99, 200, SYN | ACK, NULL, 0);
	wire_tcp(w, wire_from(502), 200, 100, ACK, b, wire_read(b, 1, 0));
	wire_tcp(w, wire_to(502), 100, 212, ACK, b, wire_reply(b, 1, 5));
	assert_int_equal(OPS(w), 2);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	assert_non_null(strstr(wire_text(w), "\"req_frame\":3"));
	wire_free(w);
}

static void
test_syn_with_fin_opens_nothing(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	wire_tcp(w, wire_from(502), 199, 0, SYN | 1, NULL, 0);
	/* a write of one register, which looks the same both ways */
	(void)wire_read(b, 300, 0);
	b[7] = 6;
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, 12);
	assert_int_equal(OPS(w), 1);
	assert_non_null(strstr(
	    wire_text(w), "\"dir\":\"request\",\"tentative\":true,\"op\""));
	wire_free(w);
}

static void
test_unacknowledged_hole_waits_for_its_time(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	uint64_t frame, ts;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 112, 200, ACK, b, wire_read(b, 2, 20));
	assert_int_equal(OPS(w), 0);
	assert_true(net_waits(w->net, &frame, &ts));
	assert_int_equal(frame, 4);
	w->ts_ns += 3 * NS_PER_SEC;
	wire_tcp(w, wire_from(502), 200, 100, ACK, NULL, 0);
	assert_int_equal(OPS(w), 1);
	assert_false(net_waits(w->net, &frame, &ts));
	wire_free(w);
}

/* ... and what the tick delivers does not lend its frame to others. */
static void
test_events_after_a_tick_have_their_own_frame(void **state)
{
	struct wire *w = wire_new(false);
	struct wire_ends e = wire_to(502);
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 112, 200, ACK, b, wire_read(b, 2, 20));
	w->ts_ns += 3 * NS_PER_SEC;
	e.src = 0x0a000063;
	wire_tcp(w, e, 1, 0, SYN, NULL, 0);
	assert_int_equal(OPS(w), 1);
	assert_non_null(strstr(wire_text(w),
	    "{\"kind\":\"endpoint\",\"frame\":5,\"ts\":\"1003.004000000\""));
	wire_free(w);
}

static void
test_retransmission_prints_nothing(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	size_t n = wire_read(b, 1, 10);

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, n);
	w->ts_ns += 300 * NS_PER_MS;
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, n);
	assert_int_equal(OPS(w), 1);
	assert_int_equal(net_counters(w->net)->retransmits, 1);
	wire_free(w);
}

static void
test_overlap_first_bytes_stand(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64], c[64];

	(void)state;
	wire_read(b, 1, 10);
	wire_read(b + 12, 2, 20);
	memcpy(c, b, sizeof c);
	c[12 + 9] = 99; /* another address, in bytes seen before */
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 110, 200, ACK, b + 10, 14);
	wire_tcp(w, wire_to(502), 100, 200, ACK, c, 24);
	assert_int_equal(OPS(w), 2);
	assert_non_null(strstr(wire_text(w), "\"addr\":20"));
	assert_null(strstr(wire_text(w), "\"addr\":99"));
	wire_free(w);
}

static void
test_sequence_numbers_wrap(void **state)
{
	struct wire *w = wire_new(false);
	uint32_t seq = 0xfffffff0u;
	uint8_t b[64];

	(void)state;
	handshake(w, seq, 200);
	for (uint16_t i = 0; i < 4; i++, seq += 12) {
		wire_tcp(w, wire_to(502), seq, 200, ACK, b, wire_read(b, i, i));
	}
	assert_int_equal(OPS(w), 4);
	assert_int_equal(w->events[EV_GAP], 0);
	wire_free(w);
}

static void
test_mid_stream_start_finds_the_next_header(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	wire_read(b, 1, 10);
	wire_read(b + 12, 2, 20);
	/* the capture begins 5 bytes into the first PDU */
	wire_tcp(w, wire_to(502), 105, 200, ACK, b + 5, 19);
	assert_int_equal(OPS(w), 1);
	assert_non_null(strstr(wire_text(w), "\"addr\":20"));
	assert_int_equal(w->events[EV_MALFORMED], 0);
	wire_free(w);
}

static void
test_one_transaction_id_for_all_pairs_in_order(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	const char *t;

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 0, 10));
	wire_tcp(w, wire_to(502), 112, 200, ACK, b, wire_read(b, 0, 20));
	wire_tcp(w, wire_from(502), 200, 124, ACK, b, wire_reply(b, 0, 1));
	wire_tcp(w, wire_from(502), 213, 124, ACK, b, wire_reply(b, 0, 2));
	t = wire_text(w);
	assert_int_equal(wire_count(t, "\"req_frame\":4"), 1);
	assert_int_equal(wire_count(t, "\"req_frame\":5"), 1);
	assert_int_equal(wire_count(t, "\"addr\":10"), 2);
	wire_free(w);
}

static void
test_unusual_port_is_found(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	wire_tcp(w, wire_to(15020), 99, 0, SYN, NULL, 0);
	wire_tcp(w, wire_to(15020), 100, 1, ACK, b, wire_read(b, 9, 10));
	wire_tcp(w, wire_from(15020), 1, 112, ACK, b, wire_reply(b, 9, 1));
	assert_int_equal(OPS(w), 2);
	assert_non_null(strstr(wire_text(w), "\"port\":15020"));
	wire_free(w);
}

static void
test_other_protocol_on_the_port_is_not_taken(void **state)
{
	struct wire *w = wire_new(false);
	const char *irc = "NICK otus\r\nUSER otus 0 * :otus\r\n";

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, irc, strlen(irc));
	assert_int_equal(OPS(w), 0);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	wire_free(w);
}

/* Ten transactions, one way to cut them for each way of the test. */
static char *
segmented(size_t cut, bool twice)
{
	struct wire *w = wire_new(false);
	uint8_t stream[2][512];
	size_t n[2] = {0, 0};
	uint32_t seq[2] = {100, 200};
	char *text;

	handshake(w, 100, 200);
	for (uint16_t i = 0; i < 10; i++) {
		size_t len = wire_read(stream[0], i, i);

		for (size_t at = 0, k; at < len; at += k) {
			k = len - at < cut ? len - at : cut;
			for (int t = 0; t < (twice ? 2 : 1); t++) {
				wire_tcp(w, wire_to(502), seq[0] + (uint32_t)at,
				    seq[1], ACK, stream[0] + at, k);
			}
		}
		seq[0] += (uint32_t)len;
		len = wire_reply(stream[1], i, i);
		for (size_t at = 0, k; at < len; at += k) {
			k = len - at < cut ? len - at : cut;
			wire_tcp(w, wire_from(502), seq[1] + (uint32_t)at,
			    seq[0], ACK, stream[1] + at, k);
		}
		seq[1] += (uint32_t)len;
	}
	n[0] = n[1];
	assert_int_equal(OPS(w), 20);
	text = strdup(wire_text(w));
	wire_free(w);
	return text;
}

/* Takes out what the cutting does change: frame numbers and times. */
static void
strip(char *t)
{
	static const char *const key[] = {
	    "\"frame\":", "\"ts\":\"", "\"rtt_us\":", "\"req_frame\":"};

	for (size_t k = 0; k < sizeof key / sizeof key[0]; k++) {
		for (char *p = t; (p = strstr(p, key[k])) != NULL;) {
			char *q = p + strlen(key[k]);

			q += strspn(q, "0123456789.\"");
			memmove(p, q, strlen(q) + 1);
		}
	}
}

/* Its dissector has all that it wants: SSH after its line. */
static void
test_side_that_is_done_has_no_gaps(void **state)
{
	static const char line[] = "SSH-2.0-x\r\nrest";
	struct wire *w = wire_new(false);
	size_t n = sizeof line - 1;
	const char *t;

	(void)state;
	wire_tcp(w, wire_from(22), 200, 100, ACK, line, n);
	wire_tcp(w, wire_from(22), 900, 100, ACK, line, n);
	wire_tcp(w, wire_to(22), 100, 900 + (uint32_t)n, ACK, line, 4);
	w->ts_ns += 5 * NS_PER_SEC;
	wire_tcp(w, wire_from(22), 915, 104, ACK, line, n);
	t = wire_text(w);
	assert_int_equal(w->events[EV_GAP], 0);
	assert_int_equal(wire_count(t, "\"op\":\"identification\""), 1);
	/* The other side is not done. */
	wire_tcp(w, wire_to(22), 104, 930, ACK, line + 4, n - 4);
	t = wire_text(w);
	assert_int_equal(wire_count(t, "\"op\":\"identification\""), 2);
	wire_free(w);
}

static void
test_segmentation_changes_nothing(void **state)
{
	char *whole = segmented(512, false);

	(void)state;
	strip(whole);
	for (size_t cut = 1; cut < 13; cut++) {
		char *cuts = segmented(cut, cut % 2);

		strip(cuts);
		assert_string_equal(whole, cuts);
		free(cuts);
	}
	free(whole);
}

static void
test_unanswered_requests_are_counted(void **state)
{
	struct wire *w = wire_new(true);
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 1));
	wire_tcp(w, wire_to(502), 112, 213, ACK, b, wire_read(b, 2, 10));
	w->ts_ns += 60 * NS_PER_SEC;
	wire_tcp(w, wire_from(502), 213, 124, ACK, NULL, 0);
	net_finish(w->net);
	assert_int_equal(net_counters(w->net)->unanswered, 1);
	assert_non_null(strstr(wire_text(w), "\"unanswered\":1"));
	wire_free(w);
}

static void
test_traffic_adds_up(void **state)
{
	struct wire *w = wire_new(true);
	uint8_t b[64];
	uint32_t c = 100, s = 200;
	unsigned long packets = 0;

	(void)state;
	handshake(w, 100, 200);
	for (uint16_t i = 0; i < 200; i++) {
		wire_tcp(w, wire_to(502), c, s, ACK, b, wire_read(b, i, i));
		c += 12;
		wire_tcp(w, wire_from(502), s, c, ACK, b, wire_reply(b, i, 1));
		s += 13;
		w->ts_ns += 200 * NS_PER_MS;
	}
	net_finish(w->net);
	for (const char *p = wire_text(w);
	     (p = strstr(p, "\"kind\":\"traffic\"")) != NULL; p++) {
		packets += strtoul(strstr(p, "\"packets\":") + 10, NULL, 10);
		packets +=
		    strtoul(strstr(p, "\"packets_back\":") + 15, NULL, 10);
	}
	assert_int_equal(packets, 403);
	/* after 10 s and 20, when the next would have come at 60, at the end */
	assert_int_equal(w->events[EV_TRAFFIC], 3);
	wire_free(w);
}

/* One long conversation beside short ones on ports that are used again. */
static char *
told_of_groups(size_t at_once)
{
	struct wire *w = wire_new(true);
	struct wire_ends to = wire_to(502), from = wire_from(502);
	char *text;
	uint8_t b[64];

	w->at_once = at_once;
	handshake(w, 100, 200);
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t c = 100 + 12 * i, s = 200 + 13 * i;

		wire_tcp(w, wire_to(502), c, s, ACK, b, wire_read(b, 1, 10));
		to.sport = from.dport = (uint16_t)(50000 + i % 3);
		wire_tcp(w, to, 999 + i, 0, SYN, NULL, 0);
		wire_tcp(w, from, 499, 1000 + i, SYN | ACK, NULL, 0);
		wire_tcp(w, to, 1000 + i, 500, ACK, b, wire_read(b, 7, 3));
		wire_tcp(w, wire_from(502), s, c + 12, ACK, b,
		    wire_reply(b, 1, (uint16_t)i));
		wire_udp(w, wire_to(502), b, wire_read(b, (uint16_t)i, 4));
		wire_udp(w, wire_from(53), b, 20);
	}
	wire_flush(w);
	net_finish(w->net);
	assert_true(OPS(w) > 350);
	text = strdup(wire_text(w));
	wire_free(w);
	return text;
}

static void
test_frames_in_groups_change_nothing(void **state)
{
	char *one = told_of_groups(0), *many;

	(void)state;
	for (size_t n = 1; n <= NET_AHEAD; n++) {
		many = told_of_groups(n);
		assert_string_equal(one, many);
		free(many);
	}
	free(one);
}

/* Flows after the connection has ended, a pause, and a late segment. */
static uint64_t
flows_after(uint8_t end, uint64_t pause_s)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	uint64_t n;

	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 5));
	wire_tcp(w, wire_to(502), 112, 213, end | ACK, NULL, 0);
	if (end == FIN) {
		wire_tcp(w, wire_from(502), 213, 113, FIN | ACK, NULL, 0);
	}
	w->ts_ns += pause_s * NS_PER_SEC;
	wire_udp(w, wire_from(53), b, 20); /* lets time go on */
	wire_tcp(w, wire_to(502), 112, 213, ACK, NULL, 0);
	n = net_counters(w->net)->flows;
	wire_free(w);
	return n;
}

static void
test_connections_that_ended_go_before_idle_ones(void **state)
{
	(void)state;
	assert_int_equal(flows_after(FIN, LIMIT_FLOW_CLOSED_S - 2), 2);
	assert_int_equal(flows_after(FIN, LIMIT_FLOW_CLOSED_S + 1), 3);
	assert_int_equal(flows_after(RST, LIMIT_FLOW_CLOSED_S + 1), 3);
	assert_int_equal(flows_after(ACK, LIMIT_FLOW_CLOSED_S + 1), 2);
}

static void
test_scanner_evicts_itself(void **state)
{
	struct wire *w = wire_new(false);
	struct wire_ends e = wire_to(502);
	uint8_t b[64];

	(void)state;
	handshake(w, 100, 200);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	e.src = 0x0a000063; /* another host opens 70 000 connections */
	for (uint32_t i = 0; i < 70000; i++) {
		e.dst = 0x0a010000 + i;
		wire_tcp(w, e, 1, 0, SYN, NULL, 0);
		w->ts_ns -= NS_PER_MS - 1000;
	}
	/* the plant's flow is still there: its next request is in order */
	wire_tcp(w, wire_to(502), 112, 200, ACK, b, wire_read(b, 2, 20));
	assert_int_equal(OPS(w), 2);
	assert_int_equal(net_counters(w->net)->flows_evicted, 0);
	assert_true(net_counters(w->net)->flows_quota > 60000);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request_and_reply_are_paired),
	    cmocka_unit_test(test_early_segment_waits_for_the_one_before),
	    cmocka_unit_test(test_acknowledged_hole_is_a_gap_soon),
	    cmocka_unit_test(test_acknowledgement_may_overtake_its_data),
	    cmocka_unit_test(test_long_wait_for_what_is_lost_ends),
	    cmocka_unit_test(test_shuffled_conversation_is_told_whole),
	    cmocka_unit_test(test_cut_reply_is_told_as_far_as_it_goes),
	    cmocka_unit_test(test_cut_inside_the_header_is_a_gap_only),
	    cmocka_unit_test(test_length_beyond_any_frame_is_malformed),
	    cmocka_unit_test(test_service_says_who_asks),
	    cmocka_unit_test(test_syn_outweighs_the_port),
	    cmocka_unit_test(test_syn_with_fin_opens_nothing),
	    cmocka_unit_test(test_unacknowledged_hole_waits_for_its_time),
	    cmocka_unit_test(test_events_after_a_tick_have_their_own_frame),
	    cmocka_unit_test(test_retransmission_prints_nothing),
	    cmocka_unit_test(test_overlap_first_bytes_stand),
	    cmocka_unit_test(test_sequence_numbers_wrap),
	    cmocka_unit_test(test_mid_stream_start_finds_the_next_header),
	    cmocka_unit_test(test_one_transaction_id_for_all_pairs_in_order),
	    cmocka_unit_test(test_unusual_port_is_found),
	    cmocka_unit_test(test_other_protocol_on_the_port_is_not_taken),
	    cmocka_unit_test(test_side_that_is_done_has_no_gaps),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_unanswered_requests_are_counted),
	    cmocka_unit_test(test_traffic_adds_up),
	    cmocka_unit_test(test_frames_in_groups_change_nothing),
	    cmocka_unit_test(test_connections_that_ended_go_before_idle_ones),
	    cmocka_unit_test(test_scanner_evicts_itself),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
