/*
 * listen_test: loopback only.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "web/listen.h"

static void
test_loopback_is_taken(void **state)
{
	static const char *const good[] = {"127.0.0.1:8080", "localhost:1",
	    "127.255.255.254:65535", "[::1]:8080", "[0:0:0:0:0:0:0:1]:8080"};
	char why[WEB_WHY_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(web_check_listen(good[i], NULL, NULL, why), 0);
	}
}

static void
test_address_and_port_come_out(void **state)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 sa6;
	struct sockaddr_in sa;
	char why[WEB_WHY_MAX];
	socklen_t n;

	assert_int_equal(web_check_listen("localhost:8080", &ss, &n, why), 0);
	assert_int_equal(n, sizeof(sa));
	memcpy(&sa, &ss, sizeof(sa));
	assert_int_equal(ntohl(sa.sin_addr.s_addr), INADDR_LOOPBACK);
	assert_int_equal(ntohs(sa.sin_port), 8080);
	assert_int_equal(web_check_listen("[::1]:443", &ss, &n, why), 0);
	assert_int_equal(n, sizeof(sa6));
	memcpy(&sa6, &ss, sizeof(sa6));
	assert_true(IN6_IS_ADDR_LOOPBACK(&sa6.sin6_addr));
	assert_int_equal(ntohs(sa6.sin6_port), 443);
}

static void
test_reachable_addresses_are_refused_with_the_way_out(void **state)
{
	static const char *const bad[] = {"0.0.0.0:8080", "10.0.0.1:8080",
	    "[::]:8080", "[fe80::1]:8080", "[::ffff:127.0.0.1]:8080",
	    "128.0.0.1:8080", "126.255.255.255:8080"};
	char why[WEB_WHY_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(why, 0, sizeof(why));
		assert_int_equal(
		    web_check_listen(bad[i], NULL, NULL, why), ERR_CONFIG);
		assert_non_null(strstr(why, "loopback only"));
		assert_non_null(strstr(why, "ssh -L 8080:127.0.0.1:8080"));
	}
}

static void
test_what_is_no_address_is_said(void **state)
{
	static const char *const bad[] = {"", ":", "8080", ":8080", "127.0.0.1",
	    "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http",
	    "127.1:8080", "::1:8080", "[::1]", "[::1:8080", "[]:8080",
	    "[127.0.0.1]:8080", "localhost.:8080", "example.org:8080", "*:8080",
	    "127.0.0.1 :8080",
	    "1111111111111111111111111111111111111111111111111111111111111:1"};
	struct sockaddr_storage ss;
	char why[WEB_WHY_MAX];
	socklen_t n = 1;

	memset(&ss, 0x5a, sizeof(ss));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(why, 0, sizeof(why));
		assert_int_equal(
		    web_check_listen(bad[i], &ss, &n, why), ERR_CONFIG);
		assert_non_null(strstr(why, "127.0.0.1:8080"));
	}
	assert_int_equal(n, 1); /* not written on failure */
	assert_int_equal(ss.ss_family, 0x5a5a);
}

static void
test_listening_twice_says_busy(void **state)
{
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);
	char why[WEB_WHY_MAX], where[32];
	int free_fd = socket(AF_INET, SOCK_STREAM, 0);
	int fd, other;

	/* The kernel finds a port that is free. */
	memset(&sa, 0, sizeof(sa));
	sa.sin_family = AF_INET;
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(free_fd, (struct sockaddr *)&sa, n), 0);
	assert_int_equal(getsockname(free_fd, (struct sockaddr *)&sa, &n), 0);
	assert_int_equal(close(free_fd), 0);
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(sa.sin_port));
	assert_int_equal(web_listen(where, &fd, why), 0);
	assert_int_equal(web_listen(where, &other, why), ERR_BUSY);
	assert_non_null(strstr(why, "--listen"));
	assert_int_equal(close(fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_loopback_is_taken),
	    cmocka_unit_test(test_address_and_port_come_out),
	    cmocka_unit_test(
		test_reachable_addresses_are_refused_with_the_way_out),
	    cmocka_unit_test(test_what_is_no_address_is_said),
	    cmocka_unit_test(test_listening_twice_says_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
