/*
 * functions: one row a function code ([A] 5.1): its name and class, how long
 * its messages are, and who reads them.
 *
 * The lengths serve three ends: RTU has no other, the probe demands that they
 * fit, and where no port tells, they tell requests from responses.
 *
 * Codes that [A] reserves keep the names that [P] gave them, since the old
 * controllers still run; what is in no list is user_defined ([A] 5) or
 * unassigned, and its data is told as it is.
 */
#include "dissectors/modbus/modbus.h"

#define READ    EV_CLASS_READ
#define WRITE   EV_CLASS_WRITE
#define CONTROL EV_CLASS_CONTROL
#define DIAG    EV_CLASS_DIAGNOSTIC
#define PROGRAM EV_CLASS_PROGRAM
#define OTHER   EV_CLASS_OTHER

/* Lengths: the bytes beside the counted ones, and where their count is. */
#define NONE (-1)
#define ANY  MB_LEN_ANY
/* A function whose data is told as it is. */
#define OPAQUE {ANY, NONE}, {ANY, NONE}, mb_opaque, mb_opaque, NULL

const struct mb_function mb_functions[128] = {
    [0] = {"unassigned", OTHER, false, 0, {ANY, NONE}, {ANY, NONE},
	mb_function_zero, mb_opaque, NULL},
    [1] = {"read_coils", READ, false, 2000, {4, NONE}, {1, 0}, mb_req_read,
	mb_rsp_read, NULL},
    [2] = {"read_discrete_inputs", READ, false, 2000, {4, NONE}, {1, 0},
	mb_req_read, mb_rsp_read, NULL},
    [3] = {"read_holding_registers", READ, false, 125, {4, NONE}, {1, 0},
	mb_req_read, mb_rsp_read, NULL},
    [4] = {"read_input_registers", READ, false, 125, {4, NONE}, {1, 0},
	mb_req_read, mb_rsp_read, NULL},
    [5] = {"write_single_coil", CONTROL, true, 0, {4, NONE}, {4, NONE},
	mb_req_write_one, mb_rsp_write_one, NULL},
    [6] = {"write_single_register", WRITE, true, 0, {4, NONE}, {4, NONE},
	mb_req_write_one, mb_rsp_write_one, NULL},
    [7] = {"read_exception_status", DIAG, false, 0, {0, NONE}, {1, NONE},
	mb_req_empty, mb_rsp_exception_status, NULL},
    [8] = {"diagnostics", DIAG, false, 0, {4, NONE}, {4, NONE},
	mb_req_diagnostics, mb_rsp_diagnostics, NULL},
    [9] = {"program_484", PROGRAM, false, 0, OPAQUE},
    [10] = {"poll_484", PROGRAM, false, 0, OPAQUE},
    [11] = {"get_comm_event_counter", DIAG, false, 0, {0, NONE}, {4, NONE},
	mb_req_empty, mb_rsp_event_counter, NULL},
    [12] = {"get_comm_event_log", DIAG, false, 0, {0, NONE}, {1, 0},
	mb_req_empty, mb_rsp_event_log, NULL},
    [13] = {"program_controller", PROGRAM, false, 0, OPAQUE},
    [14] = {"poll_controller", PROGRAM, false, 0, OPAQUE},
    [15] = {"write_multiple_coils", CONTROL, true, 1968, {5, 4}, {4, NONE},
	mb_req_write_many, mb_rsp_write_many, NULL},
    [16] = {"write_multiple_registers", WRITE, true, 123, {5, 4}, {4, NONE},
	mb_req_write_many, mb_rsp_write_many, NULL},
    [17] = {"report_server_id", EV_CLASS_DISCOVERY, false, 0, {0, NONE}, {1, 0},
	mb_req_empty, mb_rsp_server_id, mb_more_server_id},
    [18] = {"program_884", PROGRAM, false, 0, OPAQUE},
    [19] = {"reset_comm_link", CONTROL, false, 0, OPAQUE},
    [20] = {"read_file_record", EV_CLASS_FILE, false, 0, {1, 0}, {1, 0},
	mb_req_read_file, mb_rsp_read_file, NULL},
    [21] = {"write_file_record", EV_CLASS_FILE, true, 0, {1, 0}, {1, 0},
	mb_write_file, mb_write_file, NULL},
    [22] = {"mask_write_register", WRITE, true, 0, {6, NONE}, {6, NONE},
	mb_req_mask_write, mb_rsp_mask_write, NULL},
    [23] = {"read_write_multiple_registers", WRITE, false, 125, {9, 8}, {1, 0},
	mb_req_read_write, mb_rsp_read, NULL},
    [24] = {"read_fifo_queue", READ, false, 0, {2, NONE}, {2, NONE},
	mb_req_read_fifo, mb_rsp_read_fifo, NULL},
    [25 ... 39] = {"unassigned", OTHER, false, 0, OPAQUE},
    [40] = {"program_concept", PROGRAM, false, 0, OPAQUE},
    [41 ... 42] = {"unassigned", OTHER, false, 0, OPAQUE},
    [43] = {"encapsulated_interface_transport", OTHER, false, 0, {3, NONE},
	{6, NONE}, mb_req_mei, mb_rsp_mei, mb_more_mei},
    [44 ... 64] = {"unassigned", OTHER, false, 0, OPAQUE},
    [65 ... 72] = {"user_defined", OTHER, false, 0, OPAQUE},
    [73 ... 89] = {"unassigned", OTHER, false, 0, OPAQUE},
    [90] = {"umas", OTHER, false, 0, {ANY, NONE}, {ANY, NONE}, mb_req_umas,
	mb_rsp_umas, mb_more_umas},
    [91] = {"object_messaging", OTHER, false, 0, OPAQUE},
    [92 ... 99] = {"unassigned", OTHER, false, 0, OPAQUE},
    [100 ... 110] = {"user_defined", OTHER, false, 0, OPAQUE},
    [111 ... 124] = {"unassigned", OTHER, false, 0, OPAQUE},
    [125] = {"firmware_replacement", EV_CLASS_FIRMWARE, false, 0, OPAQUE},
    [126] = {"program_584_984", PROGRAM, false, 0, OPAQUE},
    [127] = {"report_local_address", DIAG, false, 0, OPAQUE},
};

static int
short_of(size_t *ret_need, size_t need)
{
	*ret_need = need;
	return MB_LEN_MORE;
}

/* The three whose length is more than one byte count away. */
static int
odd_body_len(uint8_t fc, bool request, struct rd body, size_t *ret_need)
{
	if (fc == MB_FC_DIAG) {
		if (!rd_has(&body, 2)) {
			return short_of(ret_need, 2);
		}
		/* Return Query Data echoes any number of words; [A] 6.8. */
		return rd_be16(&body) == 0 ? MB_LEN_ANY : 4;
	}
	if (fc == 24) {
		if (!rd_has(&body, 2)) {
			return short_of(ret_need, 2);
		}
		return 2 + rd_be16(&body);
	}
	if (!rd_has(&body, 1)) {
		return short_of(ret_need, 1);
	}
	if (rd_u8(&body) != MB_MEI_DEVICE) {
		return MB_LEN_ANY;
	}
	return request ? 3 : mb_device_id_len(body, ret_need);
}

int
mb_body_len(uint8_t fc, bool request, struct rd body, size_t *ret_need)
{
	const struct mb_function *f = &mb_functions[fc];
	const struct mb_length *l = request ? &f->req : &f->rsp;

	if (fc == MB_FC_DIAG || fc == MB_FC_MEI || (fc == 24 && !request)) {
		return odd_body_len(fc, request, body, ret_need);
	}
	if (l->count_at < 0) {
		return l->fixed;
	}
	if (!rd_has(&body, (size_t)l->count_at + 1)) {
		return short_of(ret_need, (size_t)l->count_at + 1);
	}
	rd_skip(&body, (size_t)l->count_at);
	return l->fixed + rd_u8(&body);
}

static bool
fits(uint8_t fc, bool request, struct rd body)
{
	size_t need = 0;
	int n = mb_body_len(fc, request, body, &need);

	return n == MB_LEN_ANY || (n >= 0 && (size_t)n == rd_left(&body));
}

/* A file record's first reference type; [A] 6.14. */
static bool
has_type(struct rd b, size_t at)
{
	rd_skip(&b, at);
	return rd_u8(&b) == 6;
}

static bool
request_reads_as(uint8_t fc, struct rd b)
{
	uint16_t max = mb_functions[fc].max, qty = 0;

	if (max != 0) {
		rd_skip(&b, 2);
		qty = rd_be16(&b);
		if (qty == 0 || qty > max) {
			return false;
		}
	}
	switch (fc) {
	case 15: return rd_u8(&b) == (qty + 7) / 8;
	case 16: return rd_u8(&b) == 2 * qty;
	case 20: return has_type(b, 1);
	case 23:
		rd_skip(&b, 2);
		qty = rd_be16(&b);
		return qty != 0 && qty <= MB_WQTY_MAX && rd_u8(&b) == 2 * qty;
	case MB_FC_UMAS:
		rd_skip(&b, 1);
		return !mb_umas_is_status(rd_u8(&b)) && rd_ok(&b);
	default: return true;
	}
}

static bool
response_reads_as(uint8_t fc, struct rd b)
{
	size_t n = rd_left(&b);
	uint16_t qty;

	switch (fc) {
	case 1:
	case 2: return n > 1;
	case 3:
	case 4:
	case 23: return n > 1 && (n - 1) % 2 == 0;
	case 15:
	case 16:
		rd_skip(&b, 2);
		qty = rd_be16(&b);
		return qty != 0 && qty <= mb_functions[fc].max;
	case 20: return has_type(b, 2);
	case MB_FC_UMAS: rd_skip(&b, 1); return mb_umas_is_status(rd_u8(&b));
	default: return true;
	}
}

bool
mb_reads_as(uint8_t fc, bool request, struct rd body)
{
	return request ? request_reads_as(fc, body)
		       : response_reads_as(fc, body);
}

unsigned
mb_shape(uint8_t fc_byte, struct rd body)
{
	uint8_t fc = fc_byte & (uint8_t)~MB_EXCEPTION;
	unsigned shape = 0;

	if (fc_byte & MB_EXCEPTION) {
		return rd_left(&body) == 1 ||
			       (fc == MB_FC_MEI && rd_has(&body, 3))
			   ? MB_SHAPE_RESPONSE
			   : 0;
	}
	if (fits(fc, true, body) && mb_reads_as(fc, true, body)) {
		shape |= MB_SHAPE_REQUEST;
	}
	if (fits(fc, false, body) && mb_reads_as(fc, false, body)) {
		shape |= MB_SHAPE_RESPONSE;
	}
	return shape;
}

bool
mb_plausible(uint8_t fc_byte, struct rd body)
{
	uint8_t fc = fc_byte & (uint8_t)~MB_EXCEPTION;
	const struct mb_function *f = &mb_functions[fc];

	if (mb_shape(fc_byte, body) == 0) {
		return false;
	}
	if (fc_byte & MB_EXCEPTION) {
		return (f->req.fixed != MB_LEN_ANY || fc == MB_FC_UMAS) &&
		       mb_exception_name(rd_u8(&body)) != NULL;
	}
	if (fc == MB_FC_UMAS) {
		rd_skip(&body, 1);
		fc = rd_u8(&body);
		return mb_umas_is_status(fc) || mb_umas_known(fc);
	}
	return f->req.fixed != MB_LEN_ANY;
}

/* The sub-function that names the operation, where there is one. */
static bool
sub_of(const struct mb_pdu *p, size_t width, uint16_t *ret)
{
	struct rd b = p->body;

	if (p->exception) {
		*ret = p->fc == MB_FC_DIAG ? p->wait.addr : p->wait.sub;
		return mb_was_asked(
		    p, p->fc == MB_FC_DIAG ? MB_HAS_ADDR : MB_HAS_SUB);
	}
	*ret = width == 2 ? rd_be16(&b) : rd_u8(&b);
	return rd_ok(&b);
}

static void
name_mei(struct mb_pdu *p)
{
	uint16_t mei;

	if (!sub_of(p, 1, &mei)) {
		return;
	}
	if (mei == MB_MEI_DEVICE) {
		p->op = "read_device_identification";
		p->cls = EV_CLASS_DISCOVERY;
	} else if (mei == MB_MEI_CANOPEN) {
		p->op = "canopen_general_reference";
		if (p->request && rd_has(&p->body, 2)) {
			p->cls = mb_canopen_is_write(p->body) ? EV_CLASS_WRITE
							      : EV_CLASS_READ;
		} else if (!p->request && p->paired) {
			p->cls = p->wait.known & MB_IS_WRITE ? EV_CLASS_WRITE
							     : EV_CLASS_READ;
		}
	}
}

void
mb_name(struct mb_pdu *p)
{
	const struct mb_function *f = &mb_functions[p->fc];
	uint16_t sub;

	p->op = f->name;
	p->cls = (enum ev_class)f->cls;
	if (p->fc == MB_FC_DIAG) {
		if (sub_of(p, 2, &sub)) {
			mb_diag_name(sub, &p->op, &p->cls);
		}
	} else if (p->fc == MB_FC_MEI) {
		name_mei(p);
	} else if (p->fc == MB_FC_UMAS) {
		struct rd b = p->body;

		if (!p->request) {
			sub = p->wait.sub;
		} else {
			rd_skip(&b, 1);
			sub = rd_u8(&b);
		}
		if (p->request ? rd_ok(&b) : mb_was_asked(p, MB_HAS_SUB)) {
			mb_umas_name((uint8_t)sub, &p->op, &p->cls);
		}
	}
}

const char *
mb_exception_name(uint8_t code)
{
	static const char *const names[] = {
	    /* [A] 7; 7 is from [P] */
	    [1] = "illegal_function",
	    [2] = "illegal_data_address",
	    [3] = "illegal_data_value",
	    [4] = "server_device_failure",
	    [5] = "acknowledge",
	    [6] = "server_device_busy",
	    [7] = "negative_acknowledge",
	    [8] = "memory_parity_error",
	    [10] = "gateway_path_unavailable",
	    [11] = "gateway_target_failed",
	};

	if (code == 0xff) {
		return "extended_exception"; /* CiA 309-2, with MEI 13 */
	}
	return code < sizeof(names) / sizeof(names[0]) ? names[code] : NULL;
}
