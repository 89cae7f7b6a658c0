PROC_BASE := sensor/base/mem.o sensor/base/clock.o sensor/base/err.o \
             sensor/base/log.o
PROC_CHAN := sensor/proc/chan.o sensor/proc/queue.o
PROC_BOX  := sensor/proc/sandbox.o sensor/proc/sandbox_rules.o \
             sensor/proc/landlock.o
PROC_ALL  := $(PROC_CHAN) $(PROC_BOX) sensor/proc/msg.o sensor/proc/loop.o \
             sensor/proc/crash.o sensor/proc/priv.o sensor/proc/spawn.o \
             sensor/proc/proc.o sensor/proc/child.o sensor/proc/evidence.o \
             sensor/proc/parent.o

TESTS += sensor/proc/queue_test
sensor/proc/queue_test_OBJS := sensor/proc/queue.o $(PROC_BASE)

TESTS += sensor/proc/chan_test
sensor/proc/chan_test_OBJS := $(PROC_CHAN) $(PROC_BASE)

TESTS += sensor/proc/msg_test
sensor/proc/msg_test_OBJS := sensor/proc/msg.o $(PROC_BASE)

TESTS += sensor/proc/loop_test
sensor/proc/loop_test_OBJS := sensor/proc/loop.o $(PROC_BASE)

TESTS += sensor/proc/crash_test
sensor/proc/crash_test_OBJS := sensor/proc/crash.o $(PROC_BOX) $(PROC_BASE)
sensor/proc/crash_test_LIBS := -lseccomp

TESTS += sensor/proc/landlock_test
sensor/proc/landlock_test_OBJS := sensor/proc/landlock.o $(PROC_BASE)

TESTS += sensor/proc/sandbox_test
sensor/proc/sandbox_test_OBJS := $(PROC_BOX) $(PROC_BASE)
sensor/proc/sandbox_test_LIBS := -lseccomp

TESTS += sensor/proc/sandbox_libs_test
sensor/proc/sandbox_libs_test_OBJS := $(PROC_BOX) $(PROC_BASE)
sensor/proc/sandbox_libs_test_LIBS := -lseccomp -lpcap -lsqlite3 -lmicrohttpd

TESTS += sensor/proc/priv_test
sensor/proc/priv_test_OBJS := sensor/proc/priv.o $(PROC_BASE)
sensor/proc/priv_test_LIBS := -lcap-ng

TESTS += sensor/proc/parent_test
sensor/proc/parent_test_OBJS := $(PROC_ALL) $(PROC_BASE)
sensor/proc/parent_test_LIBS := -lseccomp -lcap-ng

FUZZERS += sensor/proc/msg_fuzz
sensor/proc/msg_fuzz_OBJS := sensor/proc/msg.o sensor/proc/crash.o $(PROC_BASE)
