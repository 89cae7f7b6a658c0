/*
 * records: functions 20 and 21, file records ([A] 6.14, 6.15).
 *
 *	request 20    count { 06 file record length } ...         7 bytes each
 *	response 20   count { bytes 06 data } ...                 bytes counts 06
 *	21, both      count { 06 file record length data } ...    length in words
 *
 * Files hold what is no register: recipes, logs, and in some controllers the
 * program.
 */
#include "dissectors/modbus/modbus.h"

#define REFERENCE_TYPE 6
#define RECORD_MAX     9999 /* 270F */

/* The byte count, checked; false when there is none. */
static bool
count(struct mb_pdu *p, uint8_t min, uint8_t max)
{
	size_t at = mb_at(p), have;
	uint8_t n = rd_u8(&p->body);

	if (!rd_ok(&p->body)) {
		return false;
	}
	have = rd_left(&p->body);
	if (n != have || n < min || n > max) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
	}
	return true;
}

/* One reference of a request; false when it is cut off. */
static bool
reference(struct mb_pdu *p, struct ev *e, struct mb_record *ret)
{
	size_t at = mb_at(p);
	uint8_t type = rd_u8(&p->body);

	ret->file = rd_be16(&p->body);
	ret->record = rd_be16(&p->body);
	ret->length = rd_be16(&p->body);
	if (!rd_ok(&p->body)) {
		return false;
	}
	if (type != REFERENCE_TYPE) {
		mb_bad(p, MB_BAD_REFERENCE, at);
	}
	if (ret->file == 0) {
		mb_bad(p, MB_BAD_FILE, at + 1);
	}
	if (ret->record > RECORD_MAX) {
		mb_bad(p, MB_BAD_RECORD, at + 3);
	}
	if (ret->length == 0) {
		mb_bad(p, MB_BAD_RECORD_LEN, at + 5);
	}
	ev_object(e, EVF_ELEM);
	ev_uint(e, MBF_FILE, ret->file);
	ev_uint(e, MBF_RECORD, ret->record);
	ev_uint(e, MBF_LENGTH, ret->length);
	return true;
}

void
mb_req_read_file(struct mb_pdu *p, struct ev *e)
{
	struct mb_record rec;
	unsigned n = 0;

	if (!count(p, 7, 0xf5)) {
		return;
	}
	ev_array(e, MBF_RECORDS);
	while (rd_left(&p->body) > 0 && reference(p, e, &rec)) {
		ev_end(e);
		if (n < MB_RECORDS_KEPT) {
			p->wait.rec[n] = rec;
		}
		n++;
	}
	ev_end(e);
	/* All or none: a response half explained would mislead. */
	p->wait.nrec = n <= MB_RECORDS_KEPT ? (uint8_t)n : 0;
}

/* The words of a record, as far as they are there. */
static void
words(struct mb_pdu *p, struct ev *e, size_t n)
{
	size_t have = rd_left(&p->body);

	n = n < have ? n : have;
	ev_bytes(
	    e, MBF_VALUES, EV_T_REGS, rd_bytes(&p->body, n), n & ~(size_t)1);
}

void
mb_rsp_read_file(struct mb_pdu *p, struct ev *e)
{
	const struct mb_record *known = p->wait.rec;
	unsigned n = 0, kept = p->paired ? p->wait.nrec : 0;

	if (!count(p, 2, 0xf5)) {
		return;
	}
	ev_array(e, MBF_RECORDS);
	while (rd_left(&p->body) > 0) {
		size_t at = mb_at(p), len = rd_u8(&p->body);
		uint8_t type = rd_u8(&p->body);

		if (!rd_ok(&p->body)) {
			break;
		}
		if (type != REFERENCE_TYPE) {
			mb_bad(p, MB_BAD_REFERENCE, at + 1);
		}
		/* The type counts too. */
		if (len % 2 == 0 || len - 1 > rd_left(&p->body)) {
			mb_bad(p, MB_BAD_RECORD_LEN, at);
			len = len == 0 ? 1 : len;
		}
		ev_object(e, EVF_ELEM);
		if (n < kept) {
			ev_uint(e, MBF_FILE, known[n].file);
			ev_uint(e, MBF_RECORD, known[n].record);
			if (len - 1 != 2 * (size_t)known[n].length) {
				mb_bad(p, MB_BAD_NOT_QUANTITY, at);
			}
		}
		ev_uint(e, MBF_LENGTH, (len - 1) / 2);
		words(p, e, len - 1);
		ev_end(e);
		n++;
	}
	ev_end(e);
	if (kept > 0 && n != kept) {
		mb_bad(p, MB_BAD_NOT_QUANTITY, mb_at(p));
	}
}

/* The response repeats the request. */
void
mb_write_file(struct mb_pdu *p, struct ev *e)
{
	struct mb_record rec;

	if (!count(p, 9, 0xfb)) {
		return;
	}
	ev_array(e, MBF_RECORDS);
	while (rd_left(&p->body) > 0 && reference(p, e, &rec)) {
		if (2 * (size_t)rec.length > rd_left(&p->body)) {
			mb_bad(p, MB_BAD_RECORD_LEN, mb_at(p) - 2);
		}
		words(p, e, 2 * (size_t)rec.length);
		ev_end(e);
	}
	ev_end(e);
}
