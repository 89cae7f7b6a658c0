/*
 * capfile: one capture file, pcap or pcapng, as a sequence of frames.
 *
 * The format is told by the first bytes, never by the name.  Between two
 * frames a file can be suspended (buffer freed, descriptor closed by the
 * caller) and resumed at the same place, so that any number of files can be
 * merged with few of them open.
 *
 * Link types are cut to 16 bits: the rest of the field (class, length of a
 * frame check sequence) says nothing that decode uses, and a frame check
 * sequence stays at the frame's end.
 */
#ifndef OTUS_CAPTURE_CAPFILE_H
#define OTUS_CAPTURE_CAPFILE_H

#include "capture/capture.h"
#include "capture/inbuf.h"

#define CAPFILE_NAME_MAX 55

/* One interface of the file, over all of its sections. */
struct capfile_iface {
	char name[CAPFILE_NAME_MAX + 1]; /* printable bytes, or from 0x80 */
	uint32_t section;                /* the last that named it        */
	uint16_t linktype;
};

/* One interface of the section at hand: what its stamps mean. */
struct ng_iface {
	uint64_t easy_end; /* stamps below this are ticks * easy_mul      */
	uint64_t easy_mul;
	int64_t offset_s; /* if_tsoffset                                 */
	uint32_t iface;   /* index in the file                           */
	uint32_t snaplen; /* 0: none                                     */
	uint16_t linktype;
	uint8_t resol; /* if_tsresol as it stands there               */
};

struct capfile {
	struct inbuf in;
	int (*next)(struct capfile *, struct frame *);
	bool (*is_at_hand)(const struct capfile *);
	uint64_t number; /* frames so far                               */
	uint64_t rec_at; /* offset of the last record looked at         */
	uint32_t input;  /* handed on in each frame                     */
	bool big;        /* big-endian: file (pcap), section (pcapng)   */
	/* pcap */
	uint8_t rec_more; /* bytes between record header and data        */
	bool old_order;   /* up to version 2.3 the lengths may be swapped */
	uint16_t linktype;
	uint32_t frac_ns; /* what one unit of the fraction is            */
	/* pcapng */
	struct ng_iface *local;
	uint32_t locals, local_size;
	uint32_t section;
	uint64_t last_ts; /* simple packet blocks have no stamp          */
	/* interfaces: survive capfile_end() */
	struct capfile_iface *iface;
	uint32_t ifaces, iface_size;
	uint32_t *room; /* entries that all files together may take    */
	/* why capfile_begin() or capfile_next() failed */
	const char *reason;
	bool foreign; /* the first bytes are no capture's at all     */
	bool compressed;
};

/*
 * Reads the head of the file behind `in` (inbuf_init()ed at offset 0; taken
 * over).  *room is shared by all files and bounds their interface tables.
 * 0, or negative with reason set; capfile_end() either way.
 */
int capfile_begin(
    struct capfile *, const struct inbuf *in, uint32_t *room) MUST_CHECK;
/* Frees all but the names. */
void capfile_end(struct capfile *);
void capfile_free_names(struct capfile *);

/*
 * 1 and a frame that is valid until the next call; 0 at the end; negative
 * with reason and rec_at set: nothing more comes from this file.
 */
static inline int
capfile_next(struct capfile *f, struct frame *ret_frame)
{
	return f->next(f, ret_frame);
}

/*
 * True when the next record stands whole in the window and holds a frame:
 * capfile_next() then moves nothing, and frames from before stay valid.  It
 * can still find the record damaged.
 */
static inline bool
capfile_is_at_hand(const struct capfile *f)
{
	return f->is_at_hand(f);
}

/*
 * Drops the buffer.  The file goes on at the frame handed out last (again
 * true) or after it, once capfile_resume() has given it an input that stands
 * at capfile_offset().
 */
void capfile_suspend(struct capfile *, bool again);
void capfile_resume(struct capfile *, const struct inbuf *in);
/* Offset in the file of what comes next. */
uint64_t capfile_offset(const struct capfile *);

/* --- between capfile.c and pcapng.c ---------------------------------------*/

int pcapng_begin(struct capfile *) MUST_CHECK;
/* Index of an interface for the section at hand; negative err when full. */
int capfile_add_iface(struct capfile *, const uint8_t *name, size_t n,
    uint16_t linktype, uint32_t *ret_iface) MUST_CHECK;

static inline int
capfile_fail(struct capfile *f, int err, const char *reason)
{
	f->reason = reason;
	return err;
}

static inline uint32_t
capfile_u32(const struct capfile *f, struct rd *r)
{
	return f->big ? rd_be32(r) : rd_le32(r);
}

static inline uint16_t
capfile_u16(const struct capfile *f, struct rd *r)
{
	return f->big ? rd_be16(r) : rd_le16(r);
}

/*
 * Reads on until n bytes of the record at hand are there: 1; 0 at the clean
 * end of the file; negative when it ends inside the record or cannot be
 * read.
 */
int capfile_more(struct capfile *, size_t n) MUST_CHECK;
/* The reason for an error of inbuf; returns err. */
int capfile_read_failed(struct capfile *, int err);

#endif
