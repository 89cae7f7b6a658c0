/*
 * opinion: see opinion.h.  The only file that includes nDPI (4.2).
 *
 * QUIC is off: its decryption allocates through another library's allocator.
 */
#include <ctype.h>
#include <ndpi/ndpi_api.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/heap.h"
#include "net/opinion.h"

#define HEAP_BYTES ((size_t)LIMIT_NDPI_HEAP_KIB * 1024)
#define NAME_MAX_  24

struct slot {
	uint32_t flow;
	uint32_t packets;
	_Alignas(16) uint8_t ndpi[]; /* struct ndpi_flow_struct */
};

struct opinion {
	struct ndpi_detection_module_struct *module;
	struct pool pool;
	unsigned names;
	char (*name)[NAME_MAX_];
};

static void
lower_names(struct opinion *o)
{
	for (unsigned i = 0; i < o->names; i++) {
		const char *s = ndpi_get_proto_name(o->module, (uint16_t)i);
		size_t k;

		for (k = 0; s != NULL && s[k] != '\0' && k < NAME_MAX_ - 1;
		     k++) {
			unsigned char c = (unsigned char)s[k];

			o->name[i][k] = isalnum(c) ? (char)tolower(c) : '_';
		}
	}
}

int
opinion_new(struct opinion **ret)
{
	struct opinion *o = calloc(1, sizeof *o);
	NDPI_PROTOCOL_BITMASK all;
	int err;

	if (o == NULL) {
		return ERR_NOMEM;
	}
	if ((err = heap_init(HEAP_BYTES)) < 0) {
		free(o);
		return err;
	}
	set_ndpi_malloc(heap_alloc);
	set_ndpi_free(heap_release);
	set_ndpi_flow_malloc(heap_alloc);
	set_ndpi_flow_free(heap_release);
	/* Its list of Tor nodes is as old as the library: a name from it would
	 * be wrong more often than right. */
	o->module = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
	o->names = ndpi_get_num_supported_protocols(o->module);
	o->name = calloc(o->names, sizeof *o->name);
	if (o->module == NULL || o->name == NULL) {
		opinion_free(o);
		return ERR_NOMEM;
	}
	NDPI_BITMASK_SET_ALL(all);
	NDPI_BITMASK_DEL(all, NDPI_PROTOCOL_QUIC);
	ndpi_set_protocol_detection_bitmask2(o->module, &all);
	ndpi_finalize_initialization(o->module);
	lower_names(o);
	err = pool_init(&o->pool, LIMIT_NDPI_FLOW_MAX,
	    sizeof(struct slot) + ndpi_detection_get_sizeof_ndpi_flow_struct());
	if (err < 0) {
		opinion_free(o);
		return err;
	}
	heap_seal();
	*ret = o;
	return 0;
}

static struct slot *
slot_at(const struct opinion *o, uint32_t i)
{
	return pool_at(&o->pool, i);
}

static struct ndpi_flow_struct *
flow_of(struct slot *s)
{
	return (struct ndpi_flow_struct *)(void *)s->ndpi;
}

void
opinion_free(struct opinion *o)
{
	uint32_t i;

	if (o == NULL) {
		return;
	}
	for (i = pool_oldest(&o->pool); o->pool.item != NULL && i != POOL_NONE;
	     i = pool_younger(&o->pool, i)) {
		ndpi_free_flow_data(flow_of(slot_at(o, i)));
	}
	pool_done(&o->pool);
	/* The module stands in the heap with all that it holds. */
	heap_done();
	free(o->name);
	free(o);
}

static void
release(struct opinion *o, struct flow *f)
{
	ndpi_free_flow_data(flow_of(slot_at(o, f->opinion)));
	pool_put(&o->pool, f->opinion);
	f->opinion = POOL_NONE;
}

static void
decide(struct opinion *o, struct flow *f, ndpi_protocol p)
{
	uint16_t id = p.app_protocol != NDPI_PROTOCOL_UNKNOWN
			  ? p.app_protocol
			  : p.master_protocol;

	f->label =
	    id != NDPI_PROTOCOL_UNKNOWN && id < o->names ? o->name[id] : "";
	release(o, f);
}

static bool
begin(struct opinion *o, struct flow_table *t, struct flow *f)
{
	struct slot *s;

	if (pool_is_full(&o->pool)) {
		struct flow *old =
		    flow_at(t, slot_at(o, pool_oldest(&o->pool))->flow);

		release(o, old);
		old->label = "";
	}
	f->opinion = pool_get(&o->pool);
	if (f->opinion == POOL_NONE) {
		return false;
	}
	s = slot_at(o, f->opinion);
	s->flow = flow_index(t, f);
	return true;
}

void
opinion_packet(struct opinion *o, struct flow_table *t, struct flow *f,
    const struct pkt *p)
{
	struct ndpi_flow_struct *nf;
	uint8_t guessed = 0;
	struct slot *s;
	ndpi_protocol v;

	if (rd_left(&p->ip) == 0 || rd_left(&p->ip) > UINT16_MAX ||
	    (f->opinion == POOL_NONE && !begin(o, t, f))) {
		return;
	}
	s = slot_at(o, f->opinion);
	nf = flow_of(s);
	v = ndpi_detection_process_packet(o->module, nf, p->ip.p,
	    (unsigned short)rd_left(&p->ip), p->frame->ts_ns / NS_PER_MS);
	if (v.app_protocol != NDPI_PROTOCOL_UNKNOWN ||
	    v.master_protocol != NDPI_PROTOCOL_UNKNOWN) {
		decide(o, f, v);
	} else if (++s->packets >= LIMIT_NDPI_PACKETS) {
		decide(o, f, ndpi_detection_giveup(o->module, nf, 1, &guessed));
	}
}

void
opinion_leave(struct opinion *o, struct flow *f)
{
	if (f->opinion != POOL_NONE) {
		release(o, f);
	}
}
