capture_FILE_OBJS := sensor/capture/capfile.o sensor/capture/pcapng.o \
                     sensor/capture/inbuf.o sensor/base/err.o
capture_LEG_OBJS  := sensor/capture/leg.o sensor/capture/live.o \
                     sensor/capture/fanout.o sensor/base/clock.o \
                     sensor/base/err.o
capture_IF_OBJS   := sensor/capture/ifstate.o sensor/capture/offload.o

TESTS += sensor/capture/inbuf_test sensor/capture/capfile_test \
         sensor/capture/replay_test sensor/capture/fanout_test \
         sensor/capture/live_test sensor/capture/ifstate_test
sensor/capture/inbuf_test_OBJS   := sensor/capture/inbuf.o
sensor/capture/capfile_test_OBJS := $(capture_FILE_OBJS)
sensor/capture/replay_test_OBJS  := $(capture_FILE_OBJS) \
                                    sensor/capture/inputs.o \
                                    sensor/capture/replay.o
sensor/capture/fanout_test_OBJS  := sensor/capture/fanout.o
sensor/capture/live_test_OBJS    := sensor/capture/live.o sensor/base/err.o
sensor/capture/ifstate_test_OBJS := $(capture_IF_OBJS)

# On virtual interfaces in a namespace of their own: need root, and skip
# themselves without.
TESTS += sensor/capture/leg_test sensor/capture/silent_test
sensor/capture/leg_test_OBJS     := $(capture_LEG_OBJS)
sensor/capture/leg_test_LIBS     := -lpcap -lseccomp
sensor/capture/silent_test_OBJS  := $(capture_LEG_OBJS) $(capture_IF_OBJS) \
                                    sensor/capture/silent.o
sensor/capture/silent_test_LIBS  := -lpcap

FUZZERS += sensor/capture/capfile_fuzz
sensor/capture/capfile_fuzz_OBJS := $(capture_FILE_OBJS)

# Rewrites the fuzzer's seeds from samples.h.
TOOLS += sensor/capture/seed_tool
