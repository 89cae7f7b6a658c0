
# --- flows, streams, dissectors: the pipeline as a whole -----------------------
NET_OBJS := sensor/event/coverage.o \
	$(addprefix sensor/net/,arp.o counters.o cover.o decode.o decode_ip.o \
	decode_tunnel.o dup.o engine.o flow.o frag.o heap.o host.o link.o net.o \
	opinion.o partial.o pending.o reasm.o red.o report.o ring.o service.o \
	shared.o stack.o standby.o state.o stream.o tags.o tcp.o)
BASE_OBJS := $(addprefix sensor/base/,arena.o clock.o err.o hash.o ht.o json.o \
	log.o mem.o pool.o real.o)
EVENT_OBJS := sensor/event/event.o sensor/event/ev_json.o

TESTS += sensor/net/net_test sensor/net/tags_test
sensor/net/net_test_OBJS := $(NET_OBJS) $(DISSECTOR_OBJS) $(BASE_OBJS) $(EVENT_OBJS)
sensor/net/net_test_LIBS := -lndpi
sensor/net/tags_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/tags_test_LIBS := -lndpi

TESTS += sensor/net/done_test
sensor/net/done_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/done_test_LIBS := -lndpi

TESTS += sensor/net/other_test
sensor/net/other_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/other_test_LIBS := -lndpi

TESTS += sensor/net/ring_test
sensor/net/ring_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/ring_test_LIBS := -lndpi
TESTS += sensor/net/stack_test
sensor/net/stack_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/stack_test_LIBS := -lndpi
TESTS += sensor/net/cover_test
sensor/net/cover_test_OBJS := sensor/net/cover.o $(BASE_OBJS) $(EVENT_OBJS)

TESTS += sensor/net/view_test
sensor/net/view_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/view_test_LIBS := -lndpi

TESTS += sensor/net/heap_test
sensor/net/heap_test_OBJS := sensor/net/heap.o $(addprefix sensor/base/,err.o mem.o)

# --- decode, frag, red: frames to packets -------------------------------------
net_DECODE_OBJS := $(addprefix sensor/net/,decode.o decode_ip.o decode_tunnel.o)
net_POOL_OBJS := $(addprefix sensor/base/,err.o hash.o ht.o mem.o pool.o)

TESTS += sensor/net/decode_test sensor/net/frag_test sensor/net/red_test
sensor/net/decode_test_OBJS := $(net_DECODE_OBJS)
sensor/net/frag_test_OBJS   := sensor/net/frag.o $(net_POOL_OBJS)
sensor/net/red_test_OBJS    := sensor/net/red.o $(net_DECODE_OBJS) $(net_POOL_OBJS)

FUZZERS += sensor/net/decode_fuzz sensor/net/frag_fuzz
sensor/net/decode_fuzz_OBJS := $(net_DECODE_OBJS)
sensor/net/frag_fuzz_OBJS   := sensor/net/frag.o $(net_POOL_OBJS)

# Rewrites decode_fuzz's seeds from decode_samples.h; dumps what decode finds.
TOOLS += sensor/net/decode_seed_tool sensor/net/decode_dump_tool
sensor/net/decode_dump_tool_OBJS := $(net_DECODE_OBJS) \
	$(addprefix sensor/capture/,capfile.o inbuf.o inputs.o pcapng.o replay.o) \
	$(addprefix sensor/base/,clock.o err.o mem.o) sensor/event/event.o
SLOW_SCRIPTS += sensor/net/test_decode_diff.sh

TESTS += sensor/net/dup_test
sensor/net/dup_test_OBJS := $(sensor/net/net_test_OBJS)
sensor/net/dup_test_LIBS := -lndpi

TESTS += sensor/net/behind_test
sensor/net/behind_test_OBJS := $(NET_OBJS) sensor/net/novelty.o \
	sensor/net/behaviour.o sensor/net/behaviour_key.o \
	sensor/net/points.o $(DISSECTOR_OBJS) $(BASE_OBJS) $(EVENT_OBJS)
sensor/net/behind_test_LIBS := -lndpi

TESTS += sensor/net/novelty_test
sensor/net/novelty_test_OBJS := $(NET_OBJS) sensor/net/novelty.o \
	sensor/net/behaviour.o sensor/net/behaviour_key.o \
	sensor/net/points.o $(DISSECTOR_OBJS) $(BASE_OBJS) $(EVENT_OBJS)
sensor/net/novelty_test_LIBS := -lndpi

TESTS += sensor/net/points_test
sensor/net/points_test_OBJS := $(addprefix sensor/net/,behaviour.o \
	behaviour_key.o flow.o host.o link.o novelty.o points.o tags.o) \
	$(BASE_OBJS) $(EVENT_OBJS)

TESTS += sensor/net/shared_test
sensor/net/shared_test_OBJS := sensor/net/shared.o $(BASE_OBJS)

# --- tcp, stream: the order of bytes, by a protocol of the fuzzer's own ------
FUZZERS += sensor/net/stream_fuzz
UNTRACED += sensor/net/stream_fuzz.o
UNCOMPARED += $(addprefix sensor/net/,engine.o partial.o stream.o tcp.o)
sensor/net/stream_fuzz_OBJS := $(addprefix sensor/net/,cover.o engine.o flow.o host.o \
	tags.o link.o \
	partial.o pending.o reasm.o report.o ring.o service.o shared.o stack.o state.o \
	stream.o tcp.o) \
	dissectors/dissector.o $(BASE_OBJS) $(EVENT_OBJS)
sensor/net/stream_fuzz_LIBS := -Wl,--wrap=stream_data \
	-Wl,--wrap=stream_gap -Wl,--wrap=stream_cut
