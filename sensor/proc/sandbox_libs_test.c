/*
 * sandbox_libs_test: the libraries that processes are made of live with the
 * profiles: what they call is in the lists, and what is refused they do
 * without.
 *
 * Each case opens as a role would, enters the profile with its production
 * action, and uses the library for real: a system call too few in the table,
 * or a new one in a new version of a library, kills the child here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <microhttpd.h>
#include <net/if.h>
#include <netdb.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/sandbox.h"
#include "proc/test_dir.h"

#define CANNOT 250 /* exit code: not possible here, skip */

#define CHECK(n, cond)              \
	do {                        \
		if (!(cond)) {      \
			return (n); \
		}                   \
	} while (0)

static int
setup(void **state)
{
	return !test_dir_make();
}

static int
teardown(void **state)
{
	return !test_dir_remove();
}

static void
expect_0(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		_exit(f());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		fail_msg("killed by signal %d", WTERMSIG(status));
	}
	if (WEXITSTATUS(status) == CANNOT) {
		print_message("needs CAP_NET_ADMIN and CAP_NET_RAW\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
enter(enum sandbox_profile profile, enum landlock_access access,
    const uint16_t *ports, size_t nports)
{
	const int out[] = {2};
	const struct landlock_path p[] = {{.path = test_dir, .access = access},
	    {.path = "/etc", .access = LANDLOCK_READ}};
	struct sandbox_options o = {.profile = profile,
	    .action = SANDBOX_KILL,
	    .paths = p,
	    .npaths = profile == SANDBOX_COURIER ? 2 : 1,
	    .ports = ports,
	    .nports = nports,
	    .write_fds = out,
	    .nwrite_fds = 1};
	struct sandbox_state st;

	return sandbox_enter(&o, &st);
}

/* --- libpcap ---------------------------------------------------------------*/

static unsigned frames;

static void
on_frame(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
	frames++;
}

static bool
set_lo(int fd, short flags)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = flags};

	return ioctl(fd, SIOCSIFFLAGS, &r) == 0;
}

/* Another process: sends three datagrams, takes lo down when go ends. */
static pid_t
talker(const int go[2])
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	pid_t pid = fork();
	char c;

	if (pid == 0) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		alarm(20);
		close(go[1]);
		for (int i = 0; i < 3; i++) {
			(void)sendto(
			    fd, "x", 1, 0, (struct sockaddr *)&sa, sizeof(sa));
		}
		_exit(read(go[0], &c, 1) == 0 && set_lo(fd, 0) ? 0 : 1);
	}
	return pid;
}

static int
capture(void)
{
	char err[PCAP_ERRBUF_SIZE];
	struct tpacket_stats_v3 st;
	socklen_t n = sizeof(st);
	unsigned received = 0;
	struct pollfd pfd;
	bool down = false;
	int go[2], fd;
	pcap_t *p;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (unshare(CLONE_NEWNET) != 0) {
		return CANNOT;
	}
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(1, set_lo(fd, IFF_UP) && pipe(go) == 0);
	p = pcap_create("lo", err);
	CHECK(2, p != NULL && pcap_set_promisc(p, 1) == 0);
	CHECK(3, pcap_set_timeout(p, 10) == 0 && pcap_activate(p) >= 0);
	CHECK(4, pcap_setnonblock(p, 1, err) == 0);
	/* The pipe ends with the last process that holds it for writing. */
	CHECK(5, talker(go) > 0 && close(go[1]) == 0);
	CHECK(6, enter(SANDBOX_SENSOR, LANDLOCK_READ, NULL, 0) == 0);
	pfd =
	    (struct pollfd){.fd = pcap_get_selectable_fd(p), .events = POLLIN};
	while ((frames < 3 || !down) && poll(&pfd, 1, 5000) > 0) {
		down |= (pfd.revents & POLLERR) != 0;
		CHECK(7, pcap_dispatch(p, -1, on_frame, NULL) >= 0);
		/* Not pcap_stats(): it opens files of sysfs. */
		CHECK(8, getsockopt(pfd.fd, SOL_PACKET, PACKET_STATISTICS, &st,
			     &n) == 0);
		received += st.tp_packets;
	}
	CHECK(9, frames >= 3 && down);
	CHECK(10, received >= 3);
	return 0;
}

/* --- SQLite ----------------------------------------------------------------*/

static int
count_rows(sqlite3 *db)
{
	sqlite3_stmt *st;
	int n = -1;

	if (sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &st, NULL) !=
	    SQLITE_OK) {
		return -1;
	}
	if (sqlite3_step(st) == SQLITE_ROW) {
		n = sqlite3_column_int(st, 0);
	}
	sqlite3_finalize(st);
	return n;
}

static bool
sql(sqlite3 *db, const char *text)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* Everything below happens confined: open, WAL, write, checkpoint, vacuum. */
static int
write_database(enum sandbox_profile profile)
{
	int on = 1;
	sqlite3 *db;

	CHECK(1, chdir(test_dir) == 0);
	CHECK(2, enter(profile, LANDLOCK_WRITE, NULL, 0) == 0);
	CHECK(3, sqlite3_open("otus.db", &db) == SQLITE_OK);
	CHECK(4, sql(db, "PRAGMA journal_mode=WAL; PRAGMA temp_store=MEMORY;"
			 "PRAGMA synchronous=FULL"));
	CHECK(5, sqlite3_file_control(
		     db, NULL, SQLITE_FCNTL_PERSIST_WAL, &on) == SQLITE_OK);
	CHECK(6, sql(db, "CREATE TABLE t(a) STRICT") ||
		     sql(db, "CREATE TABLE t(a)"));
	CHECK(7, sql(db, "BEGIN; INSERT INTO t VALUES (1), (2), (3); COMMIT"));
	CHECK(8, sql(db, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM;"
			 "INSERT INTO t VALUES (4); PRAGMA integrity_check"));
	CHECK(9, count_rows(db) == 4);
	CHECK(10, sqlite3_close(db) == SQLITE_OK);
	return 0;
}

static int
store_writes(void)
{
	return write_database(SANDBOX_STORE);
}

static int
offline_writes(void)
{
	return write_database(SANDBOX_OFFLINE);
}

static int
web_reads(void)
{
	sqlite3 *db;

	CHECK(1, chdir(test_dir) == 0);
	CHECK(2, enter(SANDBOX_WEB, LANDLOCK_READ, NULL, 0) == 0);
	CHECK(3, sqlite3_open_v2("otus.db", &db, SQLITE_OPEN_READONLY, NULL) ==
		     SQLITE_OK);
	CHECK(4, sql(db, "PRAGMA temp_store=MEMORY; PRAGMA query_only=1"));
	CHECK(5, count_rows(db) == 4);
	CHECK(6, !sql(db, "INSERT INTO t VALUES (5)"));
	CHECK(7, sqlite3_close(db) == SQLITE_OK);
	return 0;
}

/* --- libmicrohttpd ---------------------------------------------------------*/

static enum MHD_Result
answer(void *arg, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **con)
{
	static char page[] = "<title>otus</title>";
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    sizeof(page) - 1, page, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc = MHD_queue_response(c, MHD_HTTP_OK, r);

	MHD_destroy_response(r);
	return rc;
}

static int
listener(uint16_t *ret_port)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, n) != 0 ||
	    listen(fd, 5) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &n) != 0) {
		return -1;
	}
	*ret_port = ntohs(sa.sin_port);
	return fd;
}

/* Another process: two requests on one connection; its code is the result. */
static pid_t
client(uint16_t port)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	pid_t pid = fork();
	char buf[4096];

	if (pid == 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int ok = connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;

		alarm(20);
		for (int i = 0; i < 2 && ok; i++) {
			size_t have = 0;

			ok = send(fd, get, sizeof(get) - 1, 0) > 0;
			while (ok && memmem(buf, have, "</title>", 8) == NULL) {
				ssize_t k =
				    recv(fd, buf + have, sizeof(buf) - have, 0);

				ok = k > 0;
				have += ok ? (size_t)k : 0;
			}
		}
		_exit(ok ? 0 : 1);
	}
	return pid;
}

static int
web_answers(void)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *d;
	struct pollfd pfd[2];
	uint16_t port;
	int fd, done[2];

	fd = listener(&port);
	CHECK(1, fd >= 0 && pipe(done) == 0);
	d = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	    answer, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
	CHECK(2, d != NULL);
	info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD);
	CHECK(3, info != NULL && client(port) > 0);
	/* The client holds the other end of the pipe until it has ended. */
	close(done[1]);
	CHECK(4, enter(SANDBOX_WEB, LANDLOCK_READ, NULL, 0) == 0);
	pfd[0] = (struct pollfd){.fd = info->epoll_fd, .events = POLLIN};
	pfd[1] = (struct pollfd){.fd = done[0], .events = POLLIN};
	while (poll(pfd, 2, 5000) > 0) {
		CHECK(5, MHD_run(d) == MHD_YES);
		if ((pfd[1].revents & POLLHUP) != 0) {
			return 0;
		}
	}
	return 6;
}

/* --- resolver --------------------------------------------------------------*/

static int
courier_connects(void)
{
	struct addrinfo hints = {.ai_family = AF_INET,
			    .ai_socktype = SOCK_STREAM},
			*ai;
	struct pollfd pfd = {.events = POLLOUT};
	char service[8];
	uint16_t port;
	int fd, left;

	CHECK(1, listener(&port) >= 0);
	snprintf(service, sizeof(service), "%u", port);
	CHECK(2, enter(SANDBOX_COURIER, LANDLOCK_READ, &port, 1) == 0);
	CHECK(3, getaddrinfo("localhost", service, &hints, &ai) == 0);
	fd = socket(
	    ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CHECK(4, fd >= 0);
	CHECK(5, connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ||
		     errno == EINPROGRESS);
	freeaddrinfo(ai);
	pfd.fd = fd;
	CHECK(6, poll(&pfd, 1, 5000) == 1 && (pfd.revents & POLLOUT) != 0);
	CHECK(7, send(fd, "<14>1 - - - - - -\n", 18, MSG_NOSIGNAL) == 18);
	CHECK(8, ioctl(fd, TIOCOUTQ, &left) == 0);
	CHECK(9, shutdown(fd, SHUT_WR) == 0 && close(fd) == 0);
	return 0;
}

static void
test_libpcap_captures_in_sensor(void **state)
{
	expect_0(capture);
}

static void
test_sqlite_writes_in_store_and_is_read_in_web(void **state)
{
	expect_0(store_writes);
	expect_0(web_reads);
}

static void
test_sqlite_writes_offline(void **state)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/otus.db", test_dir);
	(void)unlink(path);
	expect_0(offline_writes);
}

static void
test_microhttpd_answers_in_web(void **state)
{
	expect_0(web_answers);
}

static void
test_resolver_and_tcp_in_courier(void **state)
{
	expect_0(courier_connects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_libpcap_captures_in_sensor),
	    cmocka_unit_test(test_sqlite_writes_in_store_and_is_read_in_web),
	    cmocka_unit_test(test_sqlite_writes_offline),
	    cmocka_unit_test(test_microhttpd_answers_in_web),
	    cmocka_unit_test(test_resolver_and_tcp_in_courier),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
