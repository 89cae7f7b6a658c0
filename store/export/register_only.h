/*
 * register_only: what the register has and the wire has not, in the form of a
 * device, for exports that leave nothing out.
 */
#ifndef OTUS_STORE_EXPORT_REGISTER_ONLY_H
#define OTUS_STORE_EXPORT_REGISTER_ONLY_H

#include "store/query.h"

/* why: "no", "double of d-1", "not known which": whether it was heard.  Its id
 * is "", and it has a person's words only.  Nothing when the register cannot
 * be read. */
int register_only(struct query *,
    int (*row)(void *, const struct query_asset *, const char *why),
    void *arg) MUST_CHECK;

#endif
