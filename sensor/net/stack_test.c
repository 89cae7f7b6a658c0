/*
 * What a SYN's form says: each form that is known, and how little it takes to
 * be none of them.
 */
#include "net/net_impl.h"
#include "net/stack.h"
#include "net/wire_test.h"

#define SYN 0x02
#define ACK 0x10

static const char *
os(uint8_t ttl, uint8_t flags, uint16_t window, const void *options, size_t n)
{
	static const uint8_t whole[20] = {0x45, [6] = 0x40};
	const struct pkt p = {.ipver = 4,
	    .ttl = ttl,
	    .tcp_flags = flags,
	    .window = window,
	    .ip = rd_make(whole, sizeof whole),
	    .options = rd_make(options, n)};
	const struct stack_guess *g = stack_of(&p);

	return g != NULL ? g->os : "";
}

/* Options as they stand: a kind, its length, its value. */
#define MSS "\2\4\5\264" /* 1460 */
#define WS  "\3\3\7"
#define SOK "\4\2"
#define TS  "\10\12\1\2\3\4\0\0\0\0"
#define NOP "\1"
#define EOL "\0"

#define OS(ttl, flags, window, options) \
	os((ttl), (flags), (window), (options), sizeof(options) - 1)

#define LINUX   MSS SOK TS NOP WS
#define WINDOWS MSS NOP WS NOP NOP SOK
#define APPLE   MSS NOP WS NOP NOP TS SOK EOL EOL

static void
test_forms(void **state)
{
	(void)state;
	assert_string_equal(OS(64, SYN, 64240, LINUX), "Linux");
	assert_string_equal(OS(64, SYN | ACK, 65160, LINUX), "Linux");
	assert_string_equal(
	    OS(64, SYN | ACK, 64240, MSS NOP NOP SOK NOP WS), "Linux");
	assert_string_equal(OS(128, SYN, 64240, WINDOWS), "Windows");
	assert_string_equal(OS(128, SYN | ACK, 65535, WINDOWS), "Windows");
	assert_string_equal(
	    OS(128, SYN | ACK, 8192, MSS NOP WS SOK TS), "Windows");
	assert_string_equal(OS(128, SYN, 65535, MSS NOP NOP SOK), "Windows");
	assert_string_equal(OS(64, SYN, 65535, APPLE), "macOS or iOS");
	assert_string_equal(OS(64, SYN, 65535, MSS NOP WS SOK TS), "FreeBSD");
	assert_string_equal(
	    OS(64, SYN, 16384, MSS NOP NOP SOK NOP WS NOP NOP TS), "OpenBSD");
	assert_string_equal(OS(255, SYN, 4128, MSS), "Cisco IOS");
	assert_string_equal(OS(255, SYN | ACK, 5840, MSS), "lwIP");
}

static void
test_who_might_be_another_is_nobody(void **state)
{
	(void)state;
	assert_string_equal(OS(64, SYN, 8192, ""), "");
	assert_string_equal(OS(64, SYN, 8192, MSS), "");
	assert_string_equal(OS(64, SYN, 64240, WINDOWS), "");
	assert_string_equal(OS(128, SYN, 64240, LINUX), "");
	assert_string_equal(OS(64, SYN, 8192, APPLE), "");
	assert_string_equal(
	    OS(64, SYN | ACK, 16384, MSS NOP NOP SOK NOP WS), "");
	assert_string_equal(OS(64, SYN, 64240, MSS NOP NOP SOK NOP WS), "");
	assert_string_equal(OS(255, SYN, 5841, MSS), "");
	/* An option more, that few have. */
	assert_string_equal(OS(64, SYN, 64240, LINUX "\42\2"), "");
}

static void
test_time_to_live_tells_routers(void **state)
{
	(void)state;
	assert_string_equal(OS(63, SYN, 64240, LINUX), "Linux");
	assert_string_equal(OS(56, SYN, 64240, LINUX), "Linux");
	assert_string_equal(OS(55, SYN, 64240, LINUX), "");
	assert_string_equal(OS(65, SYN, 64240, LINUX), "");
	assert_string_equal(OS(121, SYN, 64240, WINDOWS), "Windows");
}

static void
test_broken_options_say_nothing(void **state)
{
	char text[64];
	size_t n = sizeof(LINUX) - 1;

	(void)state;
	memcpy(text, LINUX, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(os(64, SYN, 64240, text, i), "");
	}
	assert_string_equal(OS(64, SYN, 64240, "\2\0"), "");
	assert_string_equal(OS(64, SYN, 64240, "\2\1"), "");
	memset(text, 1, sizeof text);
	assert_string_equal(os(64, SYN, 64240, text, 40), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_who_might_be_another_is_nobody),
	    cmocka_unit_test(test_time_to_live_tells_routers),
	    cmocka_unit_test(test_broken_options_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
