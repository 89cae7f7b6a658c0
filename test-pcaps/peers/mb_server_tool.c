/*
 * mb_server: a Modbus/TCP server made of libmodbus, for recordings and live
 * tests.  Serves any number of clients until SIGTERM.
 *
 *   mb_server ADDRESS PORT
 *
 * Prints "ready" when it listens.  Its tables: 100 of each kind, coils and
 * discrete inputs alternating, input register n = 1000 + n, holding register
 * n = n; every answered request adds one to holding register 99.
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TABLE       100
#define CLIENTS_MAX 32
#define BACKLOG     8

static volatile sig_atomic_t stop;

static void
on_term(int sig)
{
	stop = 1;
}

static modbus_mapping_t *
make_tables(void)
{
	modbus_mapping_t *map = modbus_mapping_new(TABLE, TABLE, TABLE, TABLE);

	if (map == NULL)
		return NULL;
	for (unsigned i = 0; i < TABLE; i++) {
		map->tab_bits[i] = i & 1;
		map->tab_input_bits[i] = (i >> 1) & 1;
		map->tab_input_registers[i] = (uint16_t)(1000 + i);
		map->tab_registers[i] = (uint16_t)i;
	}
	return map;
}

/* One request of a client; false when the connection is over. */
static int
answer(modbus_t *ctx, modbus_mapping_t *map, int fd)
{
	uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
	int n;

	(void)modbus_set_socket(ctx, fd);
	n = modbus_receive(ctx, query);
	if (n > 0) {
		(void)modbus_reply(ctx, query, n, map);
		map->tab_registers[TABLE - 1]++;
	}
	return n >= 0;
}

static void
serve(modbus_t *ctx, modbus_mapping_t *map, int listener)
{
	struct pollfd fds[1 + CLIENTS_MAX] = {
	    {.fd = listener, .events = POLLIN}};
	nfds_t n = 1;

	while (!stop) {
		if (poll(fds, n, -1) < 0)
			continue;
		for (nfds_t i = n - 1; i > 0; i--) {
			if (fds[i].revents == 0 || answer(ctx, map, fds[i].fd))
				continue;
			(void)close(fds[i].fd);
			fds[i] = fds[--n];
		}
		if (fds[0].revents != 0 && n <= CLIENTS_MAX) {
			int fd = modbus_tcp_accept(ctx, &listener);

			if (fd >= 0)
				fds[n++] =
				    (struct pollfd){.fd = fd, .events = POLLIN};
		}
	}
	while (n > 1)
		(void)close(fds[--n].fd);
}

int
main(int argc, char **argv)
{
	const struct sigaction term = {.sa_handler = on_term};
	modbus_mapping_t *map = NULL;
	modbus_t *ctx = NULL;
	int listener = -1, rc = 1;

	if (argc != 3) {
		(void)fputs("usage: mb_server ADDRESS PORT\n", stderr);
		return 2;
	}
	(void)sigaction(SIGTERM, &term, NULL);
	(void)sigaction(SIGINT, &term, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	ctx = modbus_new_tcp(argv[1], (int)strtol(argv[2], NULL, 10));
	map = make_tables();
	if (ctx == NULL || map == NULL)
		goto out;
	listener = modbus_tcp_listen(ctx, BACKLOG);
	if (listener < 0)
		goto out;
	(void)puts("ready");
	(void)fflush(stdout);
	serve(ctx, map, listener);
	rc = 0;
out:
	if (rc != 0)
		(void)fprintf(
		    stderr, "mb_server: %s\n", modbus_strerror(errno));
	if (listener >= 0)
		(void)close(listener);
	if (map != NULL)
		modbus_mapping_free(map);
	if (ctx != NULL)
		modbus_free(ctx);
	return rc;
}
