/*
 * modbus_test: unit and PDU as hex digits, wrapped as the framing asks.
 *
 * A test gives what it is about ("0a 01 0000 0008") and the MBAP header or
 * the CRC is put around it.
 */
#ifndef OTUS_DISSECTORS_MODBUS_MODBUS_TEST_H
#define OTUS_DISSECTORS_MODBUS_MODBUS_TEST_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/modbus/modbus.h"

#define WRAP_MAX 4096

extern const struct dissector dissector_modbus;

static inline size_t
wrap_mbap(uint16_t txn, const char *digits, uint8_t ret[WRAP_MAX])
{
	size_t n = harness_unhex(digits, ret + 6, WRAP_MAX - 6);

	ret[0] = (uint8_t)(txn >> 8);
	ret[1] = (uint8_t)txn;
	ret[2] = ret[3] = 0;
	ret[4] = (uint8_t)(n >> 8);
	ret[5] = (uint8_t)n;
	return 6 + n;
}

static inline size_t
wrap_rtu(const char *digits, uint8_t ret[WRAP_MAX])
{
	size_t n = harness_unhex(digits, ret, WRAP_MAX - 2);
	uint16_t crc = mb_crc(ret, n);

	ret[n] = (uint8_t)crc;
	ret[n + 1] = (uint8_t)(crc >> 8);
	return n + 2;
}

static inline void
mbap(struct harness *h, uint8_t side, uint16_t txn, const char *digits)
{
	uint8_t buf[WRAP_MAX];
	size_t n = wrap_mbap(txn, digits, buf);

	harness_send(h, side, buf, n);
}

static inline void
rtu(struct harness *h, uint8_t side, const char *digits)
{
	uint8_t buf[WRAP_MAX];
	size_t n = wrap_rtu(digits, buf);

	harness_send(h, side, buf, n);
}

/* Side A is the client of port 502, and the flow is proven already. */
static inline struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_modbus, transport);

	h->ctx.confirmed = true;
	h->ctx.client = A;
	h->ctx.client_sure = true;
	return h;
}

/* Lines of transaction 1, unit 10; fc is a literal number. */
#define REQUEST(op, fc, class, fields)                                  \
	"{'kind':'operation','dir':'request','op':'" op "','code':" #fc \
	",'class':'" class "','framing':'tcp','txn':1,'unit':10,'fc'"   \
			   ":" #fc fields "}\n"
#define RESPONSE(op, fc, class, status, fields)                                \
	"{'kind':'operation','dir':'response','op':'" op "','code':" #fc       \
	",'class':'" class "','status':'" status                               \
			   "','rtt_us':0,'req_frame':1,'framing':'tcp','txn':" \
			   "1,'unit':10,"                                      \
			   "'fc':" #fc fields "}\n"
/* Who answers there. */
#define SERVER                                                   \
	"{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':502," \
	"'sub':{'unit':10}}"
#define IDENTITY(key, value, via)                                              \
	"{'kind':'identity','dir':'response','subject':" SERVER ",'key':'" key \
	"','value':'" value "','via':'" via "',"                               \
	"'claim':'self'}\n"

/* One request and its response in a fresh flow, and what they tell. */
static inline void
exchange(const char *req, const char *req_lines, const char *rsp,
    const char *rsp_lines)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, req);
	harness_assert(h, req_lines);
	mbap(h, B, 1, rsp);
	harness_assert(h, rsp_lines);
	assert_int_equal(harness_waiting(h), 0);
	assert_int_equal(h->bad + h->not_mine, 0);
	harness_free(h);
}

/* Ports that mean nothing. */
static inline struct harness *
odd_flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_modbus, transport);

	h->port[0] = 40001;
	h->port[1] = 40002;
	return h;
}

#endif
