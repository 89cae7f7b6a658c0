/*
 * Niagara Fox: greetings, log-ins, other channels, frames that are long;
 * violations, damage, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_fox;

#define ASK "fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"
#define TOOL                                           \
	"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\n" \
	"hostName=s:eng1\nhostAddress=s:10.0.0.1\n"    \
	"app.name=s:Workbench\napp.version=s:3.7.44\n" \
	"os.name=s:Windows XP\nos.version=s:5.1\n"     \
	"hostId=s:Win-99CB\nbrandId=s:vykon\n};;\n"
/* Its host name is its address; an object with an end within. */
#define STATION                                                                \
	"fox a 0 -1 fox hello\n{\nfox.version=s:1.0\n"                         \
	"hostName=s:10.0.0.2\nhostAddress=s:10.0.0.2\n"                        \
	"app.name=s:Station\napp.version=s:3.5.41\nos.name=s:QNX\n"            \
	"station.name=s:K#fc;he#23;1\nsysInfo=o:bog 9[};;\nfox a]\n"           \
	"inner=m:{\nstation.name=s:other\n}\nhostId=s:Qnx-NPM6\nhostId=t:5\n}" \
	";;\n"
#define PING "fox k -1 -1 fox keepalive\n{\n};;\n"

/* What the client says of itself. */
#define ID(key, value)                                              \
	"{'kind':'identity','dir':'request','subject':"             \
	"{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152}," \
	"'key':'" key "','value':'" value                           \
	"','via':'hello_tool','claim':'self'}\n"

static struct harness *
flow(void)
{
	return harness_new(&dissector_fox, DIS_TCP);
}

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static void
test_greetings(void **state)
{
	struct harness *h = flow();

	say(h, A, TOOL);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'hello','code':97,"
	    "'class':'session','frame_type':'async','seq':1,'channel':'fox',"
	    "'command':'hello','version':'1.0','host_name':'eng1',"
	    "'address':'10.0.0.1','application':'Workbench',"
	    "'application_version':'3.7.44','os':'Windows XP',"
	    "'os_version':'5.1','host_id':'Win-99CB','brand':'vykon'}\n" ID(
		"hostname", "eng1") ID("vendor", "vykon")
		ID("software", "Niagara Workbench 3.7.44")
		    ID("os", "Windows XP 5.1") ID("serial", "Win-99CB"));
	say(h, B, STATION);
	assert_true(harness_has(h, "'dir':'response','op':'hello','code':97,"
				   "'class':'session','status':'ok',"
				   "'rtt_us':0,'req_frame':1"));
	assert_true(harness_has(h, "'ip':'10.0.0.2','port':1911},'key':'name',"
				   "'value':'K\xc3\xbche#1'"));
	assert_true(harness_has(h, "'value':'Niagara Station 3.5.41'"));
	assert_true(
	    harness_has(h, "'key':'serial','value':'Qnx-NPM6','via':'hello',"));
	assert_false(harness_has(h, "'hostname'"));
	assert_false(harness_has(h, "other"));
	assert_false(harness_has(h, "malformed"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

/* A station asks another one: it is the same that answers. */
static void
test_a_station_asks(void **state)
{
	struct harness *h = flow();

	say(h, A,
	    "fox a 1 -1 fox hello\n{\nstation.name=s:north\n"
	    "hostId=s:Qnx-1\n};;\n");
	assert_true(harness_has(
	    h, "'key':'serial','value':'Qnx-1','via':'hello','claim'"));
	harness_free(h);
}

static void
log_in(struct harness *h, const char *end)
{
	say(h, A, ASK);
	say(h, B, STATION);
	say(h, A,
	    "fox a 2 -1 fox username\n{\nusername=s:anna\n"
	    "kerbKey=s:hidden\n};;\n");
	say(h, B,
	    "fox a 1 -1 fox challenge\n{\nmethod=s:scram\n"
	    "nonce=b:3[]]\n]\n};;\n");
	say(h, A,
	    "fox a 3 -1 fox authMessage1\n{\nauthHandshake1=s:hidden\n"
	    "};;\n");
	assert_false(harness_has(h, "hidden"));
	assert_false(harness_has(h, "malformed"));
	assert_true(harness_has(h, "'op':'challenge','code':97,"
				   "'class':'session','status':'ok',"
				   "'frame_type':'async','seq':1,"
				   "'channel':'fox','command':'challenge',"
				   "'method':'scram'"));
	(void)harness_take(h);
	say(h, B, end);
}

static void
test_login(void **state)
{
	struct harness *h = flow();

	log_in(h, "fox a 2 -1 fox welcome\n{\n};;\n");
	assert_true(harness_has(h, "{'kind':'auth','dir':'response',"
				   "'action':'login','user':'anna'}"));
	harness_reset(h);
	log_in(h, "fox a 2 -1 fox rejected\n{\n"
		  "authfail_reason=s:User Lockout\n};;\n");
	assert_true(harness_has(h, "'status':'rejected'"));
	assert_true(harness_has(h, "'cause':'User Lockout'"));
	assert_true(harness_has(h, "'action':'fail','user':'anna'"));
	harness_free(h);
}

static void
test_other_channels(void **state)
{
	struct harness *h = flow();

	say(h, A, ASK);
	say(h, B, STATION);
	(void)harness_take(h);
	say(h, A, "fox s 2 7 file open\n{\nhostName=s:x\n};;\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'request','code':115,"
	    "'class':'file','frame_type':'sync','seq':2,'reply':7,"
	    "'channel':'file','command':'open'}\n");
	say(h, B, "fox e 1 7 file open\n{\n};;\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'answer','code':101,"
	    "'class':'file','status':'error','rtt_us':0,'req_frame':3,"
	    "'frame_type':'error','seq':1,'reply':7,'channel':'file',"
	    "'command':'open'}\n");
	say(h, B, PING);
	assert_true(harness_has(h, "'dir':'notify','op':'keep_alive'"));
	say(h, A, "fox c 3 -1 fox close\n{\n};;\n");
	assert_true(harness_has(h, "'dir':'request','op':'close'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

/* However it is cut; its end is found within the pieces, too. */
static void
test_long_frames_pass(void **state)
{
	static const size_t pieces[] = {0, 1, 5, 4096};
	static char blob[20000];

	for (size_t i = 0; i < 8 * 16; i++) {
		struct harness *h = flow();
		size_t n = (i < 64 ? 4080 : 8150) + i / 4;

		memset(blob, 'x', sizeof(blob));
		(void)snprintf(blob, sizeof(blob),
		    "fox a 5 -1 circuit chunk\n{\ndata=b:%05zu[", n - 40);
		blob[40] = 'x';
		memcpy(blob + n, "]\n};;\n", 6);
		h->segment = pieces[i % 4];
		harness_send(h, A, blob, n + 6);
		say(h, A, PING PING);
		assert_true(harness_has(h, "'channel':'circuit'"));
		assert_false(harness_has(h, "'cut'"));
		assert_true(harness_has(h, "'op':'keep_alive'"));
		assert_int_equal(h->events, 3);
		assert_int_equal(h->skipped, 0);
		harness_free(h);
	}
}

static void
test_violations(void **state)
{
	static const struct {
		const char *frame, *said;
	} cases[] = {
	    {"fox a 5 -1 sys x\nnothing", "'body','offset':17"},
	    {"fox a 5 -1 sys x\n{\na=b:x[", "'body','offset':23"},
	    {"fox a 5 -1 sys x\n{\na b=s:1\n", "'body','offset':19"},
	    {"fox a 5 -1 sys x\n{\na=s1\n", "'body','offset':23"},
	    {"fox a 5 -1 sys x\n{\na=b:1[1}\n", "'body','offset':26"},
	    {"fox a 5 -1 sys x\n{\na=m:1\n", "'body','offset':23"},
	    {"fox a 5 -1 sys x\n{\n};\n", "'body','offset':21"},
	    {"fox a 5 -1 sys x\n{\na=m:{\na=m:{\na=m:{\na=m:{\na=m:{\n"
	     "a=m:{\na=m:{\na=m:{\n",
		"'depth','offset':67"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 0; piece < 2; piece++) {
			struct harness *h = flow();
			char text[80];

			h->segment = piece;
			say(h, A, ASK);
			(void)harness_take(h);
			say(h, A, cases[i].frame);
			say(h, A, ";;\n" PING);
			(void)snprintf(
			    text, sizeof(text), "'reason':%s}", cases[i].said);
			assert_true(harness_has(h, text));
			assert_true(harness_has(h, "'op':'keep_alive'"));
			assert_int_equal(h->skipped, 0);
			harness_free(h);
		}
	}
}

static void
test_next_frame_is_found(void **state)
{
	struct harness *h = flow();

	say(h, A, ASK);
	(void)harness_take(h);
	say(h, A, "fox z 1 -1 fox\n" PING);
	assert_true(harness_has(h, "'reason':'no_header','offset':0"));
	assert_true(harness_has(h, "'op':'keep_alive'"));
	assert_int_equal(h->skipped, 15);
	harness_gap(h, A);
	(void)harness_take(h);
	say(h, A, "tail of what was lost\n};;\n" PING);
	assert_true(harness_has(h, "'op':'keep_alive'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const struct {
		uint16_t port;
		const char *text;
		bool mine;
	} cases[] = {
	    {1911, ASK, true},
	    {4711, ASK, true},
	    {1911, "fox hunting is over now\n", false},
	    {1911, "fox a 1 -1 fox\nhello", false},
	    {1911, "fox aa 1 -1 fox hello\n", false},
	    {1911, "fox a 1 x fox hello\n", false},
	    {1911, "for a 1 -1 fox hello\n", false},
	    {1911, "GET / HTTP/1.1\r\n", false},
	};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 0; piece < 2; piece++) {
			h->port[B] = cases[i].port;
			harness_reset(h);
			h->segment = piece;
			say(h, A, cases[i].text);
			assert_int_equal(h->claimed, cases[i].mine);
		}
	}
	harness_free(h);
}

static void
test_cut_and_truncated(void **state)
{
	static const char frame[] = TOOL;
	struct harness *h = flow();

	for (size_t n = 0; n < sizeof(frame) - 1; n++) {
		harness_reset(h);
		harness_send(h, A, frame, n);
		assert_int_equal(h->events, 0);
		if (n > 21) {
			harness_reset(h);
			harness_send_cut(h, A, frame, n);
			assert_true(harness_has(h, "'op':'hello'"));
			assert_false(harness_has(h, "malformed"));
			assert_int_equal(
			    harness_has(h, "'key':'hostname'"), n >= 57);
		}
	}
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static char frames[] = STATION PING;
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(frames) - 1; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			frames[i] = (char)(frames[i] ^ (1 << bit));
			for (unsigned piece = 0; piece < 2; piece++) {
				harness_reset(h);
				h->segment = piece;
				harness_send(h, B, frames, sizeof(frames) - 1);
				assert_false(h->failed);
			}
			frames[i] = (char)(frames[i] ^ (1 << bit));
		}
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greetings),
	    cmocka_unit_test(test_a_station_asks),
	    cmocka_unit_test(test_login),
	    cmocka_unit_test(test_other_channels),
	    cmocka_unit_test(test_long_frames_pass),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_next_frame_is_found),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_cut_and_truncated),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
