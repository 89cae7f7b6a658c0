/*
 * data: values of MMS ([1] ISO 9506-2, 14.4.2) and what IEC 61850-8-1 adds, as
 * they stand in MMS and in GOOSE.
 */
#ifndef OTUS_DISSECTORS_MMS_DATA_H
#define OTUS_DISSECTORS_MMS_DATA_H

#include "dissectors/ber.h"
#include "event/event.h"

/* Tags of Data, and of what stands in the place of a value. */
enum {
	MMS_FAILURE = 0x80,
	MMS_ARRAY = 0xa1,
	MMS_STRUCTURE = 0xa2,
	MMS_BOOLEAN = 0x83,
	MMS_BITS = 0x84,
	MMS_INTEGER = 0x85,
	MMS_UNSIGNED = 0x86,
	MMS_FLOAT = 0x87,
	MMS_OCTETS = 0x89,
	MMS_VISIBLE = 0x8a,
	MMS_GENERAL_TIME = 0x8b,
	MMS_BINARY_TIME = 0x8c,
	MMS_BCD = 0x8d,
	MMS_BOOLEANS = 0x8e,
	MMS_OBJECT_ID = 0x8f,
	MMS_STRING = 0x90,
	MMS_UTC = 0x91,
};

/* More than these are told as the octets that they are. */
#define MMS_DEPTH 5

/* What fields of an event point to until it is emitted: half of what fills the
 * longest message with names. */
#define MMS_TEXT_MAX (32 * 1024)
struct mms_text {
	size_t n;
	char bytes[MMS_TEXT_MAX];
};

/* Room for n bytes; NULL when there is none. */
char *mms_room(struct mms_text *, size_t n);
/* 8 octets of UTC time as text of *ret_n; NULL when they are not 8. */
const char *mms_utc(struct mms_text *, struct rd, size_t *ret_n);

/* Whether each of a list is a value, and its parts are. */
bool mms_data_ok(struct rd list);
bool mms_is_scalar(uint32_t tag);
/* One that is no structure. */
void mms_tell_scalar(
    struct mms_text *, struct ev *, uint16_t id, const struct ber_item *);
/* Each of a list; structures are arrays. */
void mms_tell_data(struct mms_text *, struct ev *, uint16_t id, struct rd list);
/* Why there is no value; [1] 14.4.3.1 */
const char *mms_failure(struct rd);

/* Octets of an IED's name in that of a logical device, where it ends in LD and
 * a number; 0: it is not evident. */
size_t mms_ied_name(const char *p, size_t n);

#endif
