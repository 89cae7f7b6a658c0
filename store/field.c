/*
 * field: values of an event's fields as text and numbers.
 *
 * Whatever has no short way goes through the JSON printer and back to plain
 * text, so that the database says what `otus dissect` prints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "event/ev_json.h"
#include "store/store_priv.h"
#include "store/text.h"

/* A text of EV_TEXT_MAX bytes in which each becomes \u00xx. */
#define WORK_MAX (6 * EV_TEXT_MAX + 3)

/* A JSON string back to what it says, in place; json.c's escapes only. */
static size_t
unquote(char *s, size_t n)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	size_t out = 0;

	for (size_t i = 1; i + 1 < n; i++) {
		const char *p;

		if (s[i] != '\\' || i + 2 >= n) {
			s[out++] = s[i];
			continue;
		}
		i++;
		if (s[i] == 'u') {
			s[out++] = ' '; /* only control characters are so */
			i += 4;
			continue;
		}
		p = strchr(from, s[i]);
		s[out++] = p != NULL ? to[p - from] : s[i];
	}
	return out;
}

size_t
field_print(
    const struct ev *e, const struct ev_field *f, char *buf, size_t size)
{
	char work[WORK_MAX];
	struct json j;
	size_t n;

	if (f->type == EV_T_NAME) {
		return text_fit(buf, size, f->s, strnlen(f->s, EV_NAME_MAX));
	}
	if (f->type == EV_T_NUMBERED) {
		n = ev_numbered_text(work, f);
		return text_fit(buf, size, work, n);
	}
	if (f->type == EV_T_UINT) {
		n = digits_put(work, f->u);
		return text_fit(buf, size, work, n);
	}
	json_init(&j, work, sizeof(work), NULL, NULL);
	ev_json_field(&j, e, (size_t)(f - e->f));
	n = j.used;
	if (n > 0 && work[0] == '"') {
		n = unquote(work, n);
	}
	return text_fit(buf, size, work, n);
}

size_t
field_text(const struct ev *e, uint16_t id, char *buf, size_t size)
{
	const struct ev_field *f = ev_find(e, id);

	if (f == NULL || f->type == EV_T_NULL) {
		buf[0] = '\0';
		return 0;
	}
	return field_print(e, f, buf, size);
}

uint64_t
field_uint(const struct ev *e, uint16_t id, uint64_t none)
{
	const struct ev_field *f = ev_find(e, id);

	if (f == NULL) {
		return none;
	}
	switch (f->type) {
	case EV_T_UINT:
	case EV_T_BOOL:
	case EV_T_HEXNUM: return f->u;
	case EV_T_INT: return f->i >= 0 ? (uint64_t)f->i : none;
	default: return none;
	}
}

static const struct ev_field_info *
info_of(const struct ev *e, const struct ev_field *f)
{
	const struct ev_proto *p = ev_proto(e->proto);

	if (p == NULL || f->id < EV_PROTO_BASE ||
	    f->id - EV_PROTO_BASE >= p->nfields) {
		return NULL;
	}
	return &p->fields[f->id - EV_PROTO_BASE];
}

const struct ev_field *
field_lone_value(const struct ev *e)
{
	const struct ev_field *found = NULL;

	for (uint16_t i = 0; i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];
		const struct ev_field_info *info = info_of(e, f);

		if (f->id != EVF_VALUE &&
		    (info == NULL || info->role != EV_R_VALUES)) {
			continue;
		}
		if (found != NULL) {
			return NULL;
		}
		found = f;
	}
	return found;
}

const struct ev_field *
field_next(
    const struct ev *e, size_t *at, uint8_t *ret_role, const char **ret_name)
{
	const struct ev_field *f;
	const struct ev_field_info *info;
	unsigned depth = 0;

	if (*at >= e->nfields) {
		return NULL;
	}
	f = &e->f[*at];
	do { /* over what f encloses */
		uint8_t type = e->f[(*at)++].type;

		depth += type == EV_T_OBJECT || type == EV_T_ARRAY;
		depth -= type == EV_T_END && depth != 0;
	} while (depth > 0 && *at < e->nfields);
	info = info_of(e, f);
	*ret_role = info != NULL ? info->role : EV_R_NONE;
	*ret_name = info != NULL && info->name != NULL ? info->name : "";
	return f;
}
