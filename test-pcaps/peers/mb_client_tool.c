/*
 * mb_client: a Modbus/TCP client made of libmodbus, for recordings and live
 * tests.
 *
 *   mb_client ADDRESS PORT WHAT [COUNT [PAUSE_MS]]
 *
 *   all       every function that libmodbus offers, and exceptions
 *   raw       functions that it does not offer, as raw requests
 *   poll      COUNT rounds of reads, a write each tenth, on one connection
 *   short     COUNT connections with one read each
 *   pipeline  COUNT times eight requests at once, then their replies
 *   reset     one read, one request more, and a reset instead of waiting
 *   units     a read of COUNT unit ids, one after the other
 *
 * Exit code 0: every exchange went as expected.
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIPELINED 8

struct job {
	const char *address;
	int port;
	int count, pause_ms;
	modbus_t *ctx;
	int failed;
};

static void
pause_between(const struct job *j)
{
	const struct timespec ts = {
	    j->pause_ms / 1000, j->pause_ms % 1000 * 1000000L};

	if (j->pause_ms > 0)
		(void)nanosleep(&ts, NULL);
}

static void
expect(struct job *j, int rc, int want, const char *what)
{
	if (rc != want) {
		(void)fprintf(stderr, "mb_client: %s: %d instead of %d (%s)\n",
		    what, rc, want, modbus_strerror(errno));
		j->failed = 1;
	}
	pause_between(j);
}

/* The call must be refused with this exception. */
static void
expect_exception(struct job *j, int rc, int error, const char *what)
{
	expect(j, rc == -1 && errno == error, 1, what);
}

static int
open_connection(struct job *j)
{
	j->ctx = modbus_new_tcp(j->address, j->port);
	if (j->ctx == NULL || modbus_connect(j->ctx) != 0) {
		(void)fprintf(
		    stderr, "mb_client: %s\n", modbus_strerror(errno));
		modbus_free(j->ctx);
		j->ctx = NULL;
		j->failed = 1;
		return 0;
	}
	(void)modbus_set_slave(j->ctx, 1);
	return 1;
}

static void
close_connection(struct job *j)
{
	modbus_close(j->ctx);
	modbus_free(j->ctx);
	j->ctx = NULL;
}

static void
do_all(struct job *j)
{
	uint8_t bits[64], id[256];
	uint16_t regs[64];
	const uint8_t on[10] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0};
	const uint16_t some[4] = {10, 258, 0xFFFF, 0};

	if (!open_connection(j))
		return;
	expect(j, modbus_read_bits(j->ctx, 3, 19, bits), 19, "1");
	expect(j, modbus_read_input_bits(j->ctx, 0, 22, bits), 22, "2");
	expect(j, modbus_read_registers(j->ctx, 10, 5, regs), 5, "3");
	expect(j, modbus_read_input_registers(j->ctx, 8, 2, regs), 2, "4");
	expect(j, modbus_write_bit(j->ctx, 17, 1), 1, "5");
	expect(j, modbus_write_bit(j->ctx, 17, 0), 1, "5");
	expect(j, modbus_write_register(j->ctx, 1, 3), 1, "6");
	expect(j, modbus_write_bits(j->ctx, 19, 10, on), 10, "15");
	expect(j, modbus_write_registers(j->ctx, 1, 4, some), 4, "16");
	expect(j, modbus_report_slave_id(j->ctx, sizeof(id), id) > 0, 1, "17");
	expect(j, modbus_mask_write_register(j->ctx, 4, 0xF2, 0x25), 1, "22");
	expect(j,
	    modbus_write_and_read_registers(j->ctx, 14, 4, some, 3, 6, regs), 6,
	    "23");
	expect_exception(j, modbus_read_registers(j->ctx, 200, 1, regs),
	    EMBXILADD, "exception 2 of 3");
	expect_exception(j, modbus_write_bit(j->ctx, 5000, 1), EMBXILADD,
	    "exception 2 of 5");
	expect_exception(j, modbus_write_registers(j->ctx, 99, 4, some),
	    EMBXILADD, "exception 2 of 16");
	close_connection(j);
}

/* Unit and PDU; libmodbus puts the header before it. */
static void
do_raw(struct job *j)
{
	static const struct {
		int n;
		uint8_t pdu[16];
	} raw[] = {
	    {2, {1, 11}},                          /* get comm event counter */
	    {2, {1, 12}},                          /* get comm event log     */
	    {6, {1, 8, 0, 0, 0xA5, 0x37}},         /* diagnostics: echo      */
	    {5, {1, 0x2B, 14, 1, 0}},              /* read device id         */
	    {4, {1, 24, 0, 1}},                    /* read FIFO queue        */
	    {10, {1, 20, 7, 6, 0, 4, 0, 1, 0, 2}}, /* read file record     */
	    {3, {1, 0x5A, 0}},                     /* UMAS                   */
	    {3, {1, 65, 9}},                       /* user-defined           */
	    {6, {1, 3, 0, 0, 0, 0}},               /* a quantity of zero     */
	    {6, {1, 5, 0, 1, 0x12, 0x34}},         /* a coil value of 1234   */
	};
	uint8_t reply[MODBUS_TCP_MAX_ADU_LENGTH];

	if (!open_connection(j))
		return;
	(void)modbus_set_error_recovery(j->ctx, MODBUS_ERROR_RECOVERY_NONE);
	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		if (modbus_send_raw_request(j->ctx, raw[i].pdu, raw[i].n) < 0)
			j->failed = 1;
		/* Refused by most servers: that is what is recorded. */
		(void)modbus_receive_confirmation(j->ctx, reply);
		(void)modbus_flush(j->ctx);
		pause_between(j);
	}
	close_connection(j);
}

static void
do_poll(struct job *j)
{
	uint8_t bits[64];
	uint16_t regs[64];

	if (!open_connection(j))
		return;
	for (int i = 0; i < j->count && !j->failed; i++) {
		expect(
		    j, modbus_read_registers(j->ctx, 0, 20, regs), 20, "poll");
		expect(j, modbus_read_input_registers(j->ctx, 10, 10, regs), 10,
		    "poll");
		expect(j, modbus_read_bits(j->ctx, 0, 16, bits), 16, "poll");
		if (i % 10 == 9)
			expect(
			    j, modbus_write_register(j->ctx, 50, i), 1, "poll");
	}
	close_connection(j);
}

static void
do_short(struct job *j)
{
	uint16_t regs[2];

	for (int i = 0; i < j->count && open_connection(j); i++) {
		expect(j, modbus_read_registers(j->ctx, i % 90, 2, regs), 2,
		    "short");
		close_connection(j);
	}
}

static void
do_pipeline(struct job *j)
{
	uint8_t reply[MODBUS_TCP_MAX_ADU_LENGTH];

	if (!open_connection(j))
		return;
	for (int i = 0; i < j->count && !j->failed; i++) {
		for (uint8_t n = 0; n < PIPELINED; n++) {
			const uint8_t ask[] = {1, 3, 0, n, 0, 2};

			(void)modbus_send_raw_request(j->ctx, ask, sizeof(ask));
		}
		for (int n = 0; n < PIPELINED; n++)
			expect(j,
			    modbus_receive_confirmation(j->ctx, reply) > 0, 1,
			    "pipeline");
	}
	close_connection(j);
}

static void
do_reset(struct job *j)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	const uint8_t ask[] = {1, 3, 0, 7, 0, 2};
	uint16_t regs[4];

	if (!open_connection(j))
		return;
	expect(j, modbus_read_registers(j->ctx, 0, 4, regs), 4, "reset");
	(void)modbus_send_raw_request(j->ctx, ask, sizeof(ask));
	(void)setsockopt(modbus_get_socket(j->ctx), SOL_SOCKET, SO_LINGER,
	    &at_once, sizeof(at_once));
	(void)close(modbus_get_socket(j->ctx));
	modbus_free(j->ctx);
	j->ctx = NULL;
}

static void
do_units(struct job *j)
{
	uint16_t regs[2];

	if (!open_connection(j))
		return;
	for (int unit = 0; unit < j->count; unit++) {
		(void)modbus_set_slave(j->ctx, unit);
		expect(
		    j, modbus_read_registers(j->ctx, 0, 2, regs), 2, "units");
	}
	close_connection(j);
}

static const struct {
	const char *name;
	void (*run)(struct job *);
} jobs[] = {
    {"all", do_all},
    {"raw", do_raw},
    {"poll", do_poll},
    {"short", do_short},
    {"pipeline", do_pipeline},
    {"reset", do_reset},
    {"units", do_units},
};

static int
number(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

int
main(int argc, char **argv)
{
	struct job j = {0};

	if (argc < 4 || argc > 6) {
		(void)fputs("usage: mb_client ADDRESS PORT WHAT "
			    "[COUNT [PAUSE_MS]]\n",
		    stderr);
		return 2;
	}
	j.address = argv[1];
	j.port = number(argv[2]);
	j.count = argc > 4 ? number(argv[4]) : 1;
	j.pause_ms = argc > 5 ? number(argv[5]) : 0;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (strcmp(argv[3], jobs[i].name) == 0) {
			jobs[i].run(&j);
			return j.failed;
		}
	}
	(void)fprintf(stderr, "mb_client: %s?\n", argv[3]);
	return 2;
}
