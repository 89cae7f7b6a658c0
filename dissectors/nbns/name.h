/*
 * name: a NetBIOS name as all three services write it: 15 characters padded
 * with blanks and a byte that tells its use, in 32 letters, then its scope
 * (RFC 1001, 14.1; RFC 1002, 4.1).
 */
#ifndef OTUS_DISSECTORS_NBNS_NAME_H
#define OTUS_DISSECTORS_NBNS_NAME_H

#include "base/rd.h"

#define NB_LETTERS   32
#define NB_NAME_LEN  15 /* and the byte behind it, which tells the use */
#define NB_RAW_LEN   (NB_NAME_LEN + 1)
#define NB_SCOPE_MAX 255
#define NB_LABEL_MAX 63

/* What the last byte of a name means ([MS-NBTE], 1.8): some. */
enum nb_suffix {
	NB_WORKSTATION = 0x00,
	NB_FILE_SERVER = 0x20,
	NB_MASTER_BROWSER = 0x1d,
	NB_ELECTIONS = 0x1e,
};

/* Its text is in the raw name that it was made of: nothing is copied. */
struct nb_name {
	const uint8_t *text;
	size_t n; /* without the blanks behind it */
	uint8_t suffix;
};

/* Of NB_RAW_LEN bytes. */
struct nb_name nb_name_of(const uint8_t *raw);
/* The letters of a name; false when they are none. */
bool nb_read_letters(struct rd *, uint8_t ret_raw[NB_RAW_LEN]);
/* The labels behind them, with dots between. */
bool nb_read_scope(struct rd *, char ret_scope[NB_SCOPE_MAX], size_t *ret_n);
/* No wildcard, and none of the names that are for programs alone. */
bool nb_is_text(const struct nb_name *);

#endif
