/*
 * Unit tests of the two formats: what each sample must give, every kind of
 * damage, and mutations of all samples.
 */
#include <stdlib.h>

#include "base/test.h"
#include "capture/capfile.h"
#include "capture/memfile.h"
#include "capture/samples.h"
#include "limits.h"

#define FRAMES_MAX 16
#define NS         1000000000ULL

/* A frame with its data kept. */
struct kept {
	struct frame f;
	uint8_t data[16];
	uint64_t end; /* offset behind its record */
};

struct result {
	struct kept v[FRAMES_MAX];
	size_t n;
	int rc; /* 0, or what ended it */
	const char *reason;
	uint64_t rec_at;
	uint32_t ifaces;
	char name[4][CAPFILE_NAME_MAX + 1];
};

struct how {
	size_t step; /* bytes a read        */
	size_t size; /* first buffer        */
	int suspend; /* 1: after each frame; 2: and read it again */
};

static const struct how whole = {.size = 4096};

/* What is handed out must lie in what was read. */
static void
check_inside(const struct capfile *c, const struct frame *f)
{
	assert_true(f->caplen <= f->len);
	assert_true(f->caplen <= LIMIT_FRAME_MAX);
	assert_true(f->data >= c->in.buf);
	assert_true(f->caplen <= c->in.size);
	assert_true(f->data + f->caplen <= c->in.win.p);
}

static void
read_frames(struct capfile *c, struct memfile *m, const struct how *how,
    struct result *ret)
{
	struct inbuf in;
	struct frame f;
	bool again = false;

	while ((ret->rc = capfile_next(c, &f)) == 1) {
		check_inside(c, &f);
		if (how->suspend == 2) {
			again = !again;
		}
		if (!again) {
			assert_true(ret->n < FRAMES_MAX);
			ret->v[ret->n].f = f;
			ret->v[ret->n].end = capfile_offset(c);
			memcpy(ret->v[ret->n].data, f.data,
			    f.caplen < 16 ? f.caplen : 16);
			ret->n++;
		}
		if (how->suspend != 0) {
			capfile_suspend(c, again);
			in = memfile_inbuf(m, capfile_offset(c), how->size);
			capfile_resume(c, &in);
		}
	}
}

static void
read_all(const uint8_t *p, size_t n, const struct how *how, struct result *ret)
{
	struct memfile m = {.p = p, .n = n, .step = how->step};
	struct inbuf in = memfile_inbuf(&m, 0, how->size);
	uint32_t room = 64;
	struct capfile c;

	memset(ret, 0, sizeof(*ret));
	ret->rc = capfile_begin(&c, &in, &room);
	if (ret->rc == 0) {
		read_frames(&c, &m, how, ret);
	}
	ret->reason = c.reason;
	ret->rec_at = c.rec_at;
	ret->ifaces = c.ifaces;
	for (uint32_t i = 0; i < c.ifaces && i < 4; i++) {
		memcpy(ret->name[i], c.iface[i].name, sizeof(ret->name[i]));
	}
	capfile_end(&c);
	capfile_free_names(&c);
	assert_int_equal(room, 64);
}

static void
expect(const struct result *r, size_t i, uint64_t ts_ns, uint32_t caplen,
    uint32_t len, uint8_t first, uint32_t iface, uint16_t linktype)
{
	const struct frame *f = &r->v[i].f;

	assert_true(i < r->n);
	assert_true(f->ts_ns == ts_ns);
	assert_int_equal(f->caplen, caplen);
	assert_int_equal(f->len, len);
	assert_int_equal(f->number, i + 1);
	assert_int_equal(f->iface, iface);
	assert_int_equal(f->linktype, linktype);
	for (uint32_t k = 0; k < caplen; k++) {
		assert_int_equal(r->v[i].data[k], first + k);
	}
}

static void
test_pcap_us_le_is_read(void **state)
{
	struct result r;

	read_all(sample_pcap_us_le, sizeof(sample_pcap_us_le), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 3);
	expect(&r, 0, 1093521889 * NS + 696620000, 4, 4, 0x11, 0, 1);
	expect(&r, 1, 1093521889 * NS + 696621000, 6, 6, 0x21, 0, 1);
	expect(&r, 2, 1093521890 * NS, 3, 9, 0x31, 0, 1);
	assert_string_equal(r.name[0], "0");
}

static void
test_pcap_ns_be_is_read(void **state)
{
	struct result r;

	read_all(sample_pcap_ns_be, sizeof(sample_pcap_ns_be), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 2);
	expect(&r, 0, 1093521889 * NS + 999999999, 2, 2, 0x11, 0, 113);
	expect(&r, 1, UINT32_MAX * NS + UINT32_MAX, 1, 1, 0x21, 0, 113);
}

static void
test_pcap_modified_is_read(void **state)
{
	struct result r;

	read_all(
	    sample_pcap_modified, sizeof(sample_pcap_modified), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 2);
	expect(&r, 0, NS + 2000, 3, 3, 0x11, 0, 1);
	expect(&r, 1, 2 * NS, 1, 1, 0x21, 0, 1);
}

static void
test_pcap_old_swapped_lengths_are_read(void **state)
{
	struct result r;

	read_all(sample_pcap_old, sizeof(sample_pcap_old), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 2);
	expect(&r, 0, NS, 2, 90, 0x11, 0, 1);
	expect(&r, 1, 2 * NS, 1, 1, 0x21, 0, 1);
}

static void
test_pcapng_sections_and_blocks_are_read(void **state)
{
	struct result r;

	read_all(sample_pcapng, sizeof(sample_pcapng), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 4);
	expect(&r, 0, 0x100000002, 2, 60, 0x11, 0, 1);
	expect(&r, 1, 0x100000002, 2, 7, 0x21, 0, 1);
	expect(&r, 2, 5000, 3, 3, 0x31, 1, 101);
	expect(&r, 3, NS + NS / 2, 4, 4, 0x41, 0, 1);
	/* eth0 of the second section is eth0 of the first. */
	assert_int_equal(r.ifaces, 2);
	assert_string_equal(r.name[0], "eth0");
	assert_string_equal(r.name[1], "1");
}

static void
same(const struct result *a, const struct result *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->rc, b->rc);
	assert_true(a->rec_at == b->rec_at);
	for (size_t i = 0; i < a->n; i++) {
		assert_true(a->v[i].f.ts_ns == b->v[i].f.ts_ns);
		assert_int_equal(a->v[i].f.caplen, b->v[i].f.caplen);
		assert_int_equal(a->v[i].f.len, b->v[i].f.len);
		assert_int_equal(a->v[i].f.number, b->v[i].f.number);
		assert_int_equal(a->v[i].f.iface, b->v[i].f.iface);
		assert_memory_equal(a->v[i].data, b->v[i].data, 16);
	}
}

static void
test_reading_in_pieces_gives_the_same(void **state)
{
	static const struct how hows[] = {
	    {1, 1, 0},
	    {3, 16, 0},
	    {0, 64, 0},
	    {0, 256, 1},
	    {1, 1, 1},
	    {0, 256, 2},
	    {7, 8, 2},
	};
	struct result a, b;

	for (size_t s = 0; s < SAMPLES; s++) {
		read_all(samples[s].p, samples[s].n, &whole, &a);
		for (size_t h = 0; h < sizeof(hows) / sizeof(hows[0]); h++) {
			read_all(samples[s].p, samples[s].n, &hows[h], &b);
			same(&a, &b);
		}
	}
}

/* --- damage --------------------------------------------------------------*/

/* How many frames of r lie wholly before offset. */
static size_t
frames_before(const struct result *r, uint64_t offset)
{
	size_t n = 0;

	while (n < r->n && r->v[n].end <= offset) {
		n++;
	}
	return n;
}

/* The frames before the damage are all there, and unchanged. */
static void
kept_before(
    const struct result *good, const struct result *bad, uint64_t offset)
{
	size_t n = frames_before(good, offset);

	assert_true(bad->n >= n);
	for (size_t i = 0; i < n; i++) {
		assert_true(good->v[i].f.ts_ns == bad->v[i].f.ts_ns);
		assert_int_equal(good->v[i].f.caplen, bad->v[i].f.caplen);
		assert_memory_equal(good->v[i].data, bad->v[i].data, 16);
	}
}

static void
test_every_truncation_keeps_what_was_before(void **state)
{
	struct result good, bad;
	uint8_t *block;

	for (size_t s = 0; s < SAMPLES; s++) {
		read_all(samples[s].p, samples[s].n, &whole, &good);
		for (size_t n = 0; n < samples[s].n; n++) {
			block = malloc(n != 0 ? n : 1);
			memcpy(block, samples[s].p, n);
			read_all(block, n, &whole, &bad);
			assert_true(bad.rc == 0 || bad.rc == ERR_TRUNC ||
				    (n < 4 && bad.rc == ERR_FORMAT));
			assert_int_equal(bad.n, frames_before(&good, n));
			kept_before(&good, &bad, n);
			if (bad.rc != 0) {
				assert_true(bad.rec_at <= n);
				assert_non_null(bad.reason);
			}
			free(block);
		}
	}
}

static void
test_every_bit_flip_keeps_what_was_before(void **state)
{
	struct result good, bad;
	uint8_t *block;

	for (size_t s = 0; s < SAMPLES; s++) {
		read_all(samples[s].p, samples[s].n, &whole, &good);
		block = malloc(samples[s].n);
		for (size_t bit = 0; bit < samples[s].n * 8; bit++) {
			memcpy(block, samples[s].p, samples[s].n);
			block[bit / 8] ^= (uint8_t)(1U << bit % 8);
			read_all(block, samples[s].n, &whole, &bad);
			kept_before(&good, &bad, bit / 8);
		}
		free(block);
	}
}

static void
test_hostile_words_keep_what_was_before(void **state)
{
	static const uint8_t words[][4] = {
	    {0, 0, 0, 0},
	    {1, 0, 0, 0},
	    {0, 0, 0, 1},
	    {12, 0, 0, 0},
	    {0xff, 0xff, 0xff, 0xff},
	    {0xfc, 0xff, 0xff, 0xff},
	    {0xff, 0xff, 0xff, 0x7f},
	    {0, 0, 4, 0},
	    {0, 0, 8, 0},
	    {0x80, 0, 0, 0},
	};
	struct result good, bad;
	uint8_t *block;

	for (size_t s = 0; s < SAMPLES; s++) {
		read_all(samples[s].p, samples[s].n, &whole, &good);
		block = malloc(samples[s].n);
		for (size_t at = 0; at + 4 <= samples[s].n; at++) {
			for (size_t w = 0; w < sizeof(words) / 4; w++) {
				memcpy(block, samples[s].p, samples[s].n);
				memcpy(block + at, words[w], 4);
				read_all(block, samples[s].n, &whole, &bad);
				kept_before(&good, &bad, at);
			}
		}
		free(block);
	}
}

/* One change to a sample, and what must be said of it. */
static const struct damage {
	const char *name;
	const uint8_t *p;
	size_t n, at;
	uint8_t value;
	int err;
	size_t frames;
	uint64_t rec_at;
	const char *reason;
} damages[] = {
#define IN(s) "", sample_##s, sizeof(sample_##s)
    /* captured length of the second record: 6 becomes 0x50006 */
    {IN(pcap_us_le), 54, 5, ERR_DAMAGED, 1, 44,
	"a record longer than any frame"},
    {IN(pcap_us_le), 4, 3, ERR_FORMAT, 0, 0,
	"a version of pcap that otus does not know"},
    {IN(pcap_us_le), 6, 5, ERR_FORMAT, 0, 0,
	"a version of pcap that otus does not know"},
    {IN(pcap_us_le), 0, 0xd5, ERR_FORMAT, 0, 0,
	"neither pcap nor pcapng (editcap converts other captures)"},
    {IN(pcapng), 12, 2, ERR_FORMAT, 0, 0,
	"a version of pcapng that otus does not know"},
    {IN(pcapng), 8, 0, ERR_DAMAGED, 0, 0,
	"a section header without byte order"},
    {IN(pcapng), 4, 41, ERR_DAMAGED, 0, 0,
	"a section header of impossible length"},
    {IN(pcapng), 7, 1, ERR_TOOBIG, 0, 0,
	"a section header longer than otus reads"},
    {IN(pcapng), 36, 44, ERR_DAMAGED, 0, 0,
	"a section header whose two lengths differ"},
    /* eth0's if_name: 4 becomes 0x104 bytes */
    {IN(pcapng), 59, 1, ERR_DAMAGED, 0, 40,
	"an option that runs past its block"},
    /* the first packet block's interface */
    {IN(pcapng), 112, 2, ERR_DAMAGED, 0, 104,
	"a frame of an interface that was not described"},
    /* its captured length */
    {IN(pcapng), 124, 8, ERR_DAMAGED, 0, 104,
	"a frame that runs past its block"},
    {IN(pcapng), 127, 1, ERR_DAMAGED, 0, 104, "a frame longer than any frame"},
    {IN(pcapng), 108, 35, ERR_DAMAGED, 0, 104, "a block of impossible length"},
    {IN(pcapng), 111, 1, ERR_TOOBIG, 0, 104, "a block longer than otus reads"},
    {IN(pcapng), 136, 40, ERR_DAMAGED, 0, 104,
	"a block whose two lengths differ"},
    /* the name resolution block, which is passed over */
    {IN(pcapng), 144, 20, ERR_DAMAGED, 1, 140,
	"a block whose two lengths differ"},
    {IN(pcapng), 147, 1, ERR_TRUNC, 1, 140, "ends in the middle of a block"},
#undef IN
};

static void
test_damage_is_told_where_it_is(void **state)
{
	struct result r;
	uint8_t block[512];

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];

		memcpy(block, d->p, d->n);
		block[d->at] = d->value;
		read_all(block, d->n, &whole, &r);
		assert_int_equal(r.rc, d->err);
		assert_int_equal(r.n, d->frames);
		if (d->err != 0) {
			assert_int_equal(r.rec_at, d->rec_at);
			assert_string_equal(r.reason, d->reason);
		}
	}
}

static void
test_zeros_at_the_end_are_damage(void **state)
{
	uint8_t block[sizeof(sample_pcap_us_le) + 64] = {0};
	struct result r;

	memcpy(block, sample_pcap_us_le, sizeof(sample_pcap_us_le));
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.rc, ERR_DAMAGED);
	assert_int_equal(r.rec_at, sizeof(sample_pcap_us_le));
}

/* Longer than the snap length of the header: read all the same. */
static void
test_record_beyond_snaplen_is_read(void **state)
{
	uint8_t block[sizeof(sample_pcap_us_le)];
	struct result r;

	memcpy(block, sample_pcap_us_le, sizeof(block));
	block[16] = 2;
	block[18] = 0;
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.v[1].f.caplen, 6);
}

/* A length on the wire below the captured one cannot be true. */
static void
test_len_below_caplen_is_raised(void **state)
{
	uint8_t block[sizeof(sample_pcap_us_le)];
	struct result r;

	memcpy(block, sample_pcap_us_le, sizeof(block));
	block[36] = 1;
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.rc, 0);
	expect(&r, 0, 1093521889 * NS + 696620000, 4, 4, 0x11, 0, 1);
}

static void
test_compressed_says_how_to_go_on(void **state)
{
	static const struct {
		uint8_t head[6];
		const char *word;
	} heads[] = {
	    {{0x1f, 0x8b, 8}, "gunzip"},
	    {{0x28, 0xb5, 0x2f, 0xfd}, "zstd"},
	    {{0xfd, '7', 'z', 'X', 'Z', 0}, "xz"},
	    {{'B', 'Z', 'h', '9'}, "bzip2"},
	    {{0x04, 0x22, 0x4d, 0x18}, "lz4"},
	};
	struct result r;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		read_all(heads[i].head, 6, &whole, &r);
		assert_int_equal(r.rc, ERR_FORMAT);
		assert_non_null(strstr(r.reason, heads[i].word));
		assert_non_null(strstr(r.reason, "otus"));
	}
}

static void
test_failing_read_is_told_with_its_cause(void **state)
{
	struct memfile m = {.p = sample_pcap_us_le,
	    .n = sizeof(sample_pcap_us_le),
	    .step = 4,
	    .fail_at = 60};
	struct inbuf in = memfile_inbuf(&m, 0, 16);
	uint32_t room = 4;
	struct capfile c;
	struct frame f;

	assert_int_equal(capfile_begin(&c, &in, &room), 0);
	assert_int_equal(capfile_next(&c, &f), 1);
	assert_int_equal(capfile_next(&c, &f), ERR_IO);
	assert_string_equal(c.reason, "Input/output error");
	assert_int_equal(c.rec_at, 44);
	capfile_end(&c);
	capfile_free_names(&c);
}

/* --- stamps --------------------------------------------------------------*/

static const struct {
	uint8_t resol;
	int64_t offset_s;
	uint64_t ticks, ns;
} stamps[] = {
    {0, 0, 7, 7 * NS},
    {3, 0, 7, 7000000},
    {6, 0, 1700000000123456, 1700000000123456000},
    {9, 0, 1700000000123456789, 1700000000123456789},
    {12, 0, 1234567, 1234},
    {28, 0, UINT64_MAX, 1},
    {29, 0, UINT64_MAX, 0},
    {127, 0, UINT64_MAX, 0},
    {0x80, 0, 3, 3 * NS},
    {0x81, 0, 3, NS + NS / 2},
    {0xa0, 0, 1ULL << 32 | 1ULL << 31, NS + NS / 2},
    {0xbf, 0, 3ULL << 62, NS + NS / 2},
    {0xff, 0, UINT64_MAX, 0},
    /* the ends of the range hold */
    {0, 0, UINT64_MAX, UINT64_MAX},
    {0x80, 0, UINT64_MAX, UINT64_MAX},
    {6, 0, UINT64_MAX / 1000 + 1, UINT64_MAX},
    {9, 0, UINT64_MAX, UINT64_MAX},
    /* offsets */
    {6, 0, 0, 0},
    {6, 10, 0, 10 * NS},
    {6, 10, 5, 10 * NS + 5000},
    {6, -10, 10000005, 5000},
    {6, -10, 9999999, 0},
    {9, INT64_MAX, 0, UINT64_MAX},
    {9, INT64_MIN, UINT64_MAX, 0},
};

/* Offsets in the sample: byte order stays little. */
static void
test_every_resolution_saturates(void **state)
{
	uint8_t block[40 + 52 + 36] = {0};
	uint8_t *idb = block + 40, *epb = block + 40 + 52;
	struct result r;
	uint32_t half;

	memcpy(block, sample_pcapng, 40);
	memcpy(epb, sample_pcapng + 104, 36);
	idb[0] = 1;
	idb[4] = idb[48] = 52;
	idb[8] = 1;
	memcpy(idb + 16, (const uint8_t[]){14, 0, 8, 0}, 4);
	memcpy(idb + 28, (const uint8_t[]){9, 0, 1, 0}, 4);
	for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		memcpy(idb + 20, &stamps[i].offset_s, 8);
		idb[32] = stamps[i].resol;
		half = (uint32_t)(stamps[i].ticks >> 32);
		memcpy(epb + 12, &half, 4);
		half = (uint32_t)stamps[i].ticks;
		memcpy(epb + 16, &half, 4);
		read_all(block, sizeof(block), &whole, &r);
		assert_int_equal(r.rc, 0);
		assert_int_equal(r.n, 1);
		assert_true(r.v[0].f.ts_ns == stamps[i].ns);
	}
}

/* A fraction beyond the second, as only a broken writer has it: added. */
static void
test_large_fraction_does_not_wrap(void **state)
{
	uint8_t block[sizeof(sample_pcap_us_le)];
	struct result r;

	memcpy(block, sample_pcap_us_le, sizeof(block));
	memset(block + 28, 0xff, 4);
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_true(r.v[0].f.ts_ns == 1093521889 * NS + 4294967295000);
}

/* --- bounds --------------------------------------------------------------*/

/* A section header and n unnamed interfaces. */
static uint8_t *
many_ifaces(size_t n, size_t *ret_n)
{
	uint8_t *p = malloc(40 + n * 20);

	memcpy(p, sample_pcapng, 40);
	for (size_t i = 0; i < n; i++) {
		memcpy(p + 40 + i * 20, sample_pcapng + 84, 20);
	}
	*ret_n = 40 + n * 20;
	return p;
}

static void
test_too_many_interfaces_are_refused(void **state)
{
	struct result r;
	uint8_t *p;
	size_t n;

	/* The test's room is 64 entries, of names and of places. */
	p = many_ifaces(32, &n);
	read_all(p, n, &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.ifaces, 32);
	free(p);
	p = many_ifaces(33, &n);
	read_all(p, n, &whole, &r);
	assert_int_equal(r.rc, ERR_TOOBIG);
	assert_int_equal(r.rec_at, 40 + 32 * 20);
	free(p);
}

static void
test_equal_names_in_a_section_are_two_interfaces(void **state)
{
	uint8_t block[40 + 44 + 44];
	struct result r;

	memcpy(block, sample_pcapng, 40 + 44);
	memcpy(block + 40 + 44, sample_pcapng + 40, 44);
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.ifaces, 2);
	assert_string_equal(r.name[1], "eth0");
}

static void
test_iface_names_are_printable(void **state)
{
	uint8_t block[sizeof(sample_pcapng)];
	struct result r;

	memcpy(block, sample_pcapng, sizeof(block));
	block[60] = 0x1b;
	block[62] = 0;
	read_all(block, sizeof(block), &whole, &r);
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.name[0], "?t");
	/* and the second section's eth0 is another interface now */
	assert_int_equal(r.ifaces, 3);
	assert_string_equal(r.name[2], "eth0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pcap_us_le_is_read),
	    cmocka_unit_test(test_pcap_ns_be_is_read),
	    cmocka_unit_test(test_pcap_modified_is_read),
	    cmocka_unit_test(test_pcap_old_swapped_lengths_are_read),
	    cmocka_unit_test(test_pcapng_sections_and_blocks_are_read),
	    cmocka_unit_test(test_reading_in_pieces_gives_the_same),
	    cmocka_unit_test(test_every_truncation_keeps_what_was_before),
	    cmocka_unit_test(test_every_bit_flip_keeps_what_was_before),
	    cmocka_unit_test(test_hostile_words_keep_what_was_before),
	    cmocka_unit_test(test_damage_is_told_where_it_is),
	    cmocka_unit_test(test_zeros_at_the_end_are_damage),
	    cmocka_unit_test(test_record_beyond_snaplen_is_read),
	    cmocka_unit_test(test_len_below_caplen_is_raised),
	    cmocka_unit_test(test_compressed_says_how_to_go_on),
	    cmocka_unit_test(test_failing_read_is_told_with_its_cause),
	    cmocka_unit_test(test_every_resolution_saturates),
	    cmocka_unit_test(test_large_fraction_does_not_wrap),
	    cmocka_unit_test(test_too_many_interfaces_are_refused),
	    cmocka_unit_test(test_equal_names_in_a_section_are_two_interfaces),
	    cmocka_unit_test(test_iface_names_are_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
