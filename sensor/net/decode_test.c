/*
 * Every sample of decode_samples.h, then what a table does not tell: single
 * fields, cut frames, damaged frames, and going on behind reassembly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/decode.h"
#include "net/decode_samples.h"

static const struct decode_sample *
sample(const char *name)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		if (strcmp(decode_samples[i].name, name) == 0) {
			return &decode_samples[i];
		}
	}
	fail_msg("no sample %s", name);
	return NULL;
}

/* Bytes of our own in a block of their size; wire bytes were sent. */
static struct frame
make_frame(uint16_t linktype, const uint8_t *p, size_t n, size_t wire)
{
	uint8_t *block = malloc(n > 0 ? n : 1);

	assert_non_null(block);
	memcpy(block, p, n);
	return (struct frame){.data = block,
	    .caplen = (uint32_t)n,
	    .len = (uint32_t)wire,
	    .number = 1,
	    .linktype = linktype};
}

static void
free_frame(struct frame *f)
{
	free((void *)f->data);
}

/* Garbage in, so that a field that decode forgets shows. */
static void
decode(const struct frame *f, struct pkt *ret)
{
	memset(ret, 0xa5, sizeof(*ret));
	decode_frame(f, ret);
}

static void
assert_within(const struct frame *f, const struct rd *r)
{
	assert_true(rd_ok(r));
	if (r->p != NULL) {
		assert_true(r->p >= f->data && r->end >= r->p &&
			    r->end <= f->data + f->caplen);
	}
}

/* What holds for any bytes at all. */
static void
assert_sound(const struct frame *f, const struct pkt *p)
{
	assert_ptr_equal(p->frame, f);
	assert_within(f, &p->payload);
	assert_within(f, &p->ip);
	assert_within(f, &p->ip_rest);
	assert_true(p->vlan_n <= EV_VLANS_MAX);
	assert_true(p->end <= PKT_DEEP);
	assert_true(p->at <= f->caplen);
	assert_int_equal(p->reason != NULL, p->end == PKT_BAD);
	assert_int_equal(p->ipver, p->l3 == PKT_L3_IP4   ? 4
				   : p->l3 == PKT_L3_IP6 ? 6
							 : 0);
	if (p->smac != NULL) {
		assert_true(
		    p->smac >= f->data && p->smac + 6 <= f->data + f->caplen);
	}
}

/* --- every sample -------------------------------------------------------- */

static void
check_macs(
    const struct decode_sample *s, const struct frame *f, const struct pkt *p)
{
	static const uint8_t source[6] = {0x02, 0, 0, 0, 0, 0x0a};

	if (s->want.macs < 0) {
		assert_null(p->smac);
		assert_null(p->dmac);
		return;
	}
	assert_memory_equal(p->smac, source, 6);
	if (s->linktype == LINKTYPE_ETHERNET) {
		assert_ptr_equal(p->dmac, f->data + s->want.macs);
		assert_ptr_equal(p->smac, p->dmac + 6);
	} else {
		assert_null(p->dmac);
	}
}

static void
check_addresses(const struct pkt *p)
{
	static const uint8_t ip4[2][16] = {{10, 0, 0, 1}, {10, 0, 0, 2}};
	static const uint8_t ip6[2][16] = {{0xfd, [15] = 1}, {0xfd, [15] = 2}};
	static const uint8_t none[16];

	if (p->l3 == PKT_L3_IP4) {
		assert_memory_equal(p->src.a, ip4[0], 16);
		assert_memory_equal(p->dst.a, ip4[1], 16);
		assert_int_equal(p->ttl, 64);
		assert_int_equal(p->ip_id, 0x1234);
	} else if (p->l3 == PKT_L3_IP6) {
		assert_memory_equal(p->src.a, ip6[0], 16);
		assert_memory_equal(p->dst.a, ip6[1], 16);
		assert_int_equal(p->ttl, 63);
	} else {
		assert_memory_equal(p->src.a, none, 16);
		assert_memory_equal(p->dst.a, none, 16);
		assert_int_equal(p->ip_proto, 0);
	}
}

static void
check_red(const struct decode_want *w, const struct pkt *p)
{
	assert_int_equal(p->has_red, w->red != 0);
	if (w->red != 0) {
		assert_int_equal(p->red_hsr, w->red == 'h');
		assert_int_equal(p->red_lan, w->lan);
		assert_int_equal(p->red_seq, 0x0102);
	}
}

static void
check_sample(const struct decode_sample *s)
{
	const struct decode_want *w = &s->want;
	struct frame f = make_frame(s->linktype, s->p, s->n, s->n);
	struct pkt p;

	decode(&f, &p);
	assert_sound(&f, &p);
	assert_int_equal(p.end, w->end);
	assert_int_equal(p.l3, w->l3);
	assert_int_equal(p.l4, w->l4);
	assert_int_equal(p.ethertype, w->ethertype);
	assert_int_equal(p.tunnels, w->tunnels);
	assert_int_equal(p.vlan_n, w->vlan_n);
	assert_memory_equal(p.vlan, w->vlan, sizeof(p.vlan));
	assert_true(p.l3 == PKT_L3_LLC || (p.dsap | p.ssap) == 0);
	assert_int_equal(
	    p.snap, strcmp(s->name, "snap_vendor") == 0 ? 0x00000c2000 : 0);
	check_macs(s, &f, &p);
	check_addresses(&p);
	check_red(w, &p);
	assert_int_equal(rd_left(&p.payload), w->length);
	if (w->length > 0) {
		assert_int_equal(p.payload.p - f.data, w->payload);
	}
	if (w->reason != NULL) {
		assert_string_equal(p.reason, w->reason);
		assert_int_equal(p.at, w->at);
	}
	if (p.l4 == PKT_L4_UDP && w->length == 4) {
		assert_memory_equal(p.payload.p, "otus", 4);
		assert_int_equal(p.sport, 49153);
		assert_int_equal(p.dport, 502);
	}
	free_frame(&f);
}

static void
test_samples_decode_as_annotated(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		print_message("# %s\n", decode_samples[i].name);
		check_sample(&decode_samples[i]);
	}
}

/* --- single fields ------------------------------------------------------- */

static void
decode_sample(const char *name, struct frame *ret_frame, struct pkt *ret)
{
	const struct decode_sample *s = sample(name);

	*ret_frame = make_frame(s->linktype, s->p, s->n, s->n);
	decode(ret_frame, ret);
}

static void
test_tcp_fields_are_read(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("tcp", &f, &p);
	assert_int_equal(p.sport, 49153);
	assert_int_equal(p.dport, 502);
	assert_int_equal(p.seq, 0x01020304);
	assert_int_equal(p.ack, 0x05060708);
	assert_int_equal(p.tcp_flags, PKT_PSH | PKT_ACK);
	assert_int_equal(p.window, 4096);
	assert_int_equal(p.ip_proto, 6);
	assert_memory_equal(p.payload.p, "otus", 4);
	free_frame(&f);
}

static void
test_ip_readers_end_with_the_datagram(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("udp", &f, &p); /* padded */
	assert_ptr_equal(p.ip.p, f.data + 14);
	assert_int_equal(rd_left(&p.ip), INNER_N);
	assert_ptr_equal(p.ip_rest.p, f.data + 34);
	assert_int_equal(rd_left(&p.ip_rest), 12);
	free_frame(&f);
	decode_sample("ip6_headers", &f, &p);
	assert_ptr_equal(p.ip_rest.p, f.data + 54);
	assert_int_equal(rd_left(&p.ip_rest), 44);
	assert_int_equal(p.ip_proto, 17);
	free_frame(&f);
	decode_sample("ip4_options", &f, &p);
	assert_ptr_equal(p.ip_rest.p, f.data + 38);
	assert_int_equal(rd_left(&p.ip), 36);
	free_frame(&f);
}

static void
test_fragments_tell_their_place(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("ip4_first", &f, &p);
	assert_int_equal(p.frag_off, 0);
	assert_true(p.frag_more);
	assert_int_equal(p.ip_proto, 17);
	free_frame(&f);
	decode_sample("ip4_last", &f, &p);
	assert_int_equal(p.frag_off, 16);
	assert_false(p.frag_more);
	free_frame(&f);
	decode_sample("ip6_first", &f, &p);
	assert_int_equal(p.frag_off, 0);
	assert_true(p.frag_more);
	assert_int_equal(p.ip_id, 0x00010203);
	assert_true(p.has_ip_id);
	assert_int_equal(p.ip_proto, 17);
	free_frame(&f);
	decode_sample("ip6_last", &f, &p);
	assert_int_equal(p.frag_off, 16);
	assert_false(p.frag_more);
	free_frame(&f);
	decode_sample("ip6_atomic", &f, &p);
	assert_int_equal(p.ip_id, 0x00010203);
	assert_false(p.frag_more);
	free_frame(&f);
}

static void
test_saps_are_read(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("llc_xid", &f, &p);
	assert_int_equal(p.dsap, 0x82);
	assert_int_equal(p.ssap, 0x83);
	free_frame(&f);
}

static void
test_carrier_is_forgotten(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("vxlan_icmp", &f, &p);
	assert_int_equal(p.sport, 0);
	assert_int_equal(p.dport, 0);
	assert_int_equal(p.ip_proto, 1);
	free_frame(&f);
	decode_sample("erspan_goose", &f, &p);
	assert_int_equal(p.ipver, 0);
	assert_int_equal(p.sport, 0);
	assert_false(p.has_ip_id);
	assert_null(p.ip.p);
	assert_null(p.ip_rest.p);
	free_frame(&f);
}

static void
test_frame_cut_before_capture_counts_as_missing(void **state)
{
	struct frame f;
	struct pkt p;

	decode_sample("ip4_beyond", &f, &p);
	assert_int_equal(p.missing, 1480 - 8 - 4);
	free_frame(&f);
}

static void
test_whole_samples_miss_nothing(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];
		struct frame f = make_frame(s->linktype, s->p, s->n, s->n);
		struct pkt p;

		decode(&f, &p);
		if (s->p != frame_ip4_beyond) {
			assert_int_equal(p.missing, 0);
		}
		free_frame(&f);
	}
}

/* --- cut by the snap length ---------------------------------------------- */

/* Trailers and heuristics need bytes that a cut takes away. */
static bool
is_told_by_its_end(const struct decode_sample *s)
{
	return s->want.red == 'p' || strncmp(s->name, "mpls_", 5) == 0 ||
	       strncmp(s->name, "vxlan", 5) == 0;
}

static void
check_cut(const struct decode_sample *s, size_t n)
{
	struct frame f = make_frame(s->linktype, s->p, n, s->n);
	struct pkt p;

	decode(&f, &p);
	assert_sound(&f, &p);
	if (s->want.end == PKT_OK || s->want.end == PKT_UNKNOWN) {
		/* Whoever captured is to blame, not the sender. */
		assert_int_not_equal(p.end, PKT_BAD);
		assert_int_not_equal(p.end, PKT_DEEP);
	}
	if (p.end == s->want.end && s->want.end == PKT_OK &&
	    s->p != frame_ip4_beyond && !is_told_by_its_end(s)) {
		assert_int_equal(
		    rd_left(&p.payload) + p.missing, s->want.length);
	}
	free_frame(&f);
}

static void
test_cut_frames_are_not_violations(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];

		for (size_t n = 0; n < s->n; n++) {
			check_cut(s, n);
		}
	}
}

static void
test_padding_that_is_cut_is_not_missing(void **state)
{
	/* 46 bytes captured of 60 sent; the datagram ends at 46. */
	struct frame f = make_frame(LINKTYPE_ETHERNET, frame_udp, 46, 60);
	struct pkt p;

	decode(&f, &p);
	assert_int_equal(p.end, PKT_OK);
	assert_int_equal(p.missing, 0);
	assert_int_equal(rd_left(&p.payload), 4);
	free_frame(&f);
	f = make_frame(LINKTYPE_ETHERNET, frame_udp, 44, 60);
	decode(&f, &p);
	assert_int_equal(p.missing, 2);
	free_frame(&f);
}

static void
test_trailer_is_known_though_more_was_cut(void **state)
{
	/* An FCS that was on the wire and not captured. */
	struct frame f = make_frame(LINKTYPE_ETHERNET, frame_prp_goose,
	    sizeof(frame_prp_goose), sizeof(frame_prp_goose) + 4);
	struct pkt p;

	decode(&f, &p);
	assert_true(p.has_red);
	assert_int_equal(rd_left(&p.payload), 12);
	assert_int_equal(p.missing, 0);
	free_frame(&f);
}

static void
test_ports_survive_a_cut_header(void **state)
{
	struct frame f = make_frame(LINKTYPE_ETHERNET, frame_tcp, 40, 70);
	struct pkt p;

	decode(&f, &p);
	assert_int_equal(p.end, PKT_CUT);
	assert_int_equal(p.l4, PKT_L4_TCP);
	assert_int_equal(p.dport, 502);
	free_frame(&f);
	/* Options cut: only they are lost, and the payload behind them. */
	f = make_frame(LINKTYPE_ETHERNET, frame_tcp, 58, 70);
	decode(&f, &p);
	assert_int_equal(p.end, PKT_OK);
	assert_int_equal(p.seq, 0x01020304);
	assert_int_equal(rd_left(&p.payload), 0);
	assert_int_equal(p.missing, 4);
	free_frame(&f);
}

/* --- damaged ------------------------------------------------------------- */

static void
test_short_frames_are_sound(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];

		for (size_t n = 0; n < s->n; n++) {
			struct frame f = make_frame(s->linktype, s->p, n, n);
			struct pkt p;

			decode(&f, &p);
			assert_sound(&f, &p);
			free_frame(&f);
		}
	}
}

static void
test_flipped_bits_are_sound(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];
		struct frame f = make_frame(s->linktype, s->p, s->n, s->n);
		uint8_t *b = (uint8_t *)f.data;
		struct pkt p;

		for (size_t bit = 0; bit < s->n * 8; bit++) {
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			decode(&f, &p);
			assert_sound(&f, &p);
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		free_frame(&f);
	}
}

static void
test_extreme_bytes_are_sound(void **state)
{
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];
		struct frame f = make_frame(s->linktype, s->p, s->n, s->n);
		uint8_t *b = (uint8_t *)f.data;
		struct pkt p;

		for (size_t at = 0; at < s->n; at++) {
			for (int v = 0; v < 256; v += 255) {
				b[at] = (uint8_t)v;
				decode(&f, &p);
				assert_sound(&f, &p);
			}
			b[at] = s->p[at];
		}
		free_frame(&f);
	}
}

/* --- behind reassembly --------------------------------------------------- */

static void
test_transport_goes_on(void **state)
{
	static const uint8_t whole[] = {UDP};
	struct frame f;
	struct pkt p;

	decode_sample("ip4_first", &f, &p);
	decode_transport(&p, rd_make(whole, sizeof(whole)));
	assert_int_equal(p.end, PKT_OK);
	assert_int_equal(p.l3, PKT_L3_IP4);
	assert_int_equal(p.l4, PKT_L4_UDP);
	assert_int_equal(p.dport, 502);
	assert_ptr_equal(p.payload.p, whole + 8);
	assert_int_equal(rd_left(&p.payload), 4);
	assert_ptr_equal(p.ip_rest.p, whole);
	assert_null(p.ip.p);
	free_frame(&f);
}

static void
test_transport_follows_tunnels(void **state)
{
	static const uint8_t whole[] = {
	    B2(0), B2(0x88be), MACS, B2(0x0800), INNER};
	struct frame f;
	struct pkt p;

	decode_sample("ip4_first", &f, &p);
	p.ip_proto = 47;
	decode_transport(&p, rd_make(whole, sizeof(whole)));
	assert_int_equal(p.end, PKT_OK);
	assert_int_equal(p.tunnels, 1);
	assert_int_equal(p.l4, PKT_L4_UDP);
	assert_ptr_equal(p.smac, whole + 10);
	assert_memory_equal(p.payload.p, "otus", 4);
	free_frame(&f);
}

static void
test_transport_takes_options_behind_fragments(void **state)
{
	static const uint8_t whole[] = {17, 0, 1, 4, ZERO4, UDP};
	struct frame f;
	struct pkt p;

	decode_sample("ip6_first", &f, &p);
	p.ip_proto = 60;
	decode_transport(&p, rd_make(whole, sizeof(whole)));
	assert_int_equal(p.l4, PKT_L4_UDP);
	assert_int_equal(p.ip_proto, 17);
	free_frame(&f);
}

static void
test_fragment_within_a_datagram_is_bad(void **state)
{
	static const uint8_t whole[] = {17, 0, B2(1), ZERO4, UDP, OTUS};
	struct frame f;
	struct pkt p;

	decode_sample("ip6_first", &f, &p);
	p.ip_proto = 44;
	decode_transport(&p, rd_make(whole, sizeof(whole)));
	assert_int_equal(p.end, PKT_BAD);
	assert_string_equal(p.reason, "fragment within a whole datagram");
	free_frame(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples_decode_as_annotated),
	    cmocka_unit_test(test_tcp_fields_are_read),
	    cmocka_unit_test(test_ip_readers_end_with_the_datagram),
	    cmocka_unit_test(test_fragments_tell_their_place),
	    cmocka_unit_test(test_saps_are_read),
	    cmocka_unit_test(test_carrier_is_forgotten),
	    cmocka_unit_test(test_frame_cut_before_capture_counts_as_missing),
	    cmocka_unit_test(test_whole_samples_miss_nothing),
	    cmocka_unit_test(test_cut_frames_are_not_violations),
	    cmocka_unit_test(test_padding_that_is_cut_is_not_missing),
	    cmocka_unit_test(test_trailer_is_known_though_more_was_cut),
	    cmocka_unit_test(test_ports_survive_a_cut_header),
	    cmocka_unit_test(test_short_frames_are_sound),
	    cmocka_unit_test(test_flipped_bits_are_sound),
	    cmocka_unit_test(test_extreme_bytes_are_sound),
	    cmocka_unit_test(test_transport_goes_on),
	    cmocka_unit_test(test_transport_follows_tunnels),
	    cmocka_unit_test(test_transport_takes_options_behind_fragments),
	    cmocka_unit_test(test_fragment_within_a_datagram_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
