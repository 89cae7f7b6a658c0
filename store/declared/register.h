/*
 * register: what people declared, in a database of its own beside the
 * sensor's (store/README.md, "Declared").  One command at a time writes it;
 * everybody else reads all of it at once and asks what was read.
 */
#ifndef OTUS_STORE_DECLARED_REGISTER_H
#define OTUS_STORE_DECLARED_REGISTER_H

#include <sqlite3.h>

#include "store/declared/bag.h"
#include "store/declared/key.h"
#include "store/declared/match.h"

#define DECL_FILE    "declared.db"
#define DECL_ID_TEXT 24

struct decl_said {
	const char *value, *who, *source;
	uint64_t at_ns; /* wall clock */
};

struct decl_device {
	int64_t id;
	uint64_t made_ns;
	const char *source;
	uint32_t has; /* bit k: key k was declared           */
	size_t first; /* of its words, in order of their keys */
};

struct declared {
	struct decl_device *device; /* in order of id */
	size_t n;
	struct decl_said *said;
	size_t nsaid;
	struct bag texts;
};

/* --- reading -------------------------------------------------------------- */

/*
 * Opens DIR's register for reading.  *ret is NULL when nothing was ever
 * declared.  ERR_HALFWAY: a writer was killed; register_repair() helps, and
 * so does the next writer.
 */
int register_open(const char *dir, sqlite3 **ret) MUST_CHECK;
int register_read(sqlite3 *, struct declared *ret) MUST_CHECK;
void register_free(struct declared *);
/* NULL: nobody said it. */
const struct decl_said *register_said(
    const struct declared *, const struct decl_device *, enum decl_key);
const char *register_value(
    const struct declared *, const struct decl_device *, enum decl_key);
/* "d-12"; and back, -1 when it is none. */
void register_id(char buf[DECL_ID_TEXT], int64_t id);
int64_t register_id_parse(const char *);

/* The keys by which its devices are matched; number: by the plant's own
 * number, too.  Their texts live as long as the register. */
int register_keys(
    struct declared *, struct match *, int side, bool number) MUST_CHECK;
/* Likewise of any record with these values (NULL: none); texts has the keys'. */
int register_keys_of(struct bag *texts, struct match *, int side,
    uint32_t party, const char *const value[DECL_KEYS], bool number) MUST_CHECK;
/* The key of one proof that a value makes, "" for none; sub may be NULL. */
void register_key(
    enum proof, const char *value, const char *sub, char ret[DECL_VALUE_MAX]);

struct register_change {
	int64_t device;
	uint64_t at_ns;
	const char *key, *was, *is, *who, *source; /* was, is: may be NULL */
};
#define REGISTER_GONE_MAX 16
/* Devices that were taken back as a whole, and were this asset's (may be "")
 * or had this number, name or address; the latest ones, the last first. */
int register_gone(sqlite3 *, const char *asset, const char *what,
    int64_t ret[REGISTER_GONE_MAX], size_t *ret_n) MUST_CHECK;
/* What was declared of a device, changed and taken back, in order. */
int register_history(sqlite3 *, int64_t device,
    int (*row)(void *, const struct register_change *), void *arg) MUST_CHECK;

/* --- writing -------------------------------------------------------------- */

struct register_writer;

/* Rolls back what a writer began that was killed; needs leave to write. */
int register_repair(const char *dir) MUST_CHECK;
/* Makes the file when there is none; waits for another writer a while. */
int register_begin(const char *dir, struct register_writer **ret) MUST_CHECK;
/* As it is now, and stays until the writer is done. */
int register_now(struct register_writer *, struct declared *ret) MUST_CHECK;
/* All or nothing; frees the writer either way. */
int register_commit(struct register_writer *) MUST_CHECK;
void register_abort(struct register_writer *); /* accepts NULL */

struct register_act {
	const char *who, *source;
	uint64_t at_ns;
};
int register_add(struct register_writer *, const struct register_act *,
    int64_t *ret_device) MUST_CHECK;
/* value NULL or "" takes it back; *ret_changed (may be NULL) tells whether
 * it was another one.  The value is as decl_value() made it. */
int register_set(struct register_writer *, const struct register_act *,
    int64_t device, enum decl_key, const char *value,
    bool *ret_changed) MUST_CHECK;
/* The first device that has this word, also of this act; 0: none. */
int register_find(struct register_writer *, enum decl_key, const char *value,
    int64_t *ret_device) MUST_CHECK;
/* All words of a device, and the device. */
int register_remove(struct register_writer *, const struct register_act *,
    int64_t device) MUST_CHECK;

#endif
