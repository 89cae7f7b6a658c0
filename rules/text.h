/*
 * text: {name} in titles and explanations, and the key that makes alerts one.
 */
#ifndef OTUS_RULES_TEXT_H
#define OTUS_RULES_TEXT_H

#include "rules/evcol.h"

/* Rendered length, the end mark included. */
#define TEXT_SIZE 2048

struct text;

/*
 * Compiles a template.  ERR_CONFIG: it names something that does not exist,
 * or its braces are broken; why says what.
 */
int text_new(const struct evcols *, const char *src, struct text **ret,
    char *why, size_t why_size) MUST_CHECK;
/*
 * Compiles a group: "src, dst, proto", or "all" for one alert in any case.
 * Devices stand in the key by asset id, so that a name learned later makes
 * no new alert.
 */
int text_key_new(const struct evcols *, const char *src, struct text **ret,
    char *why, size_t why_size) MUST_CHECK;
void text_free(struct text *); /* accepts NULL */

void text_render(const struct text *, struct evcols *,
    const struct rules_subject *, char *buf);

#endif
