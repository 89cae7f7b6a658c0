# "=" where store's lists are used: its tests.mk is read after this one.
RUN_OUTBOX := $(addprefix sensor/run/,courier.o outbox_msg.o target.o \
              outbox_serve.o config.o courier_role.o store_role.o)

TESTS += sensor/run/outbox_msg_test sensor/run/courier_test
sensor/run/outbox_msg_test_OBJS := sensor/run/outbox_msg.o \
    sensor/run/target.o sensor/run/config.o
sensor/run/courier_test_OBJS = sensor/run/courier.o $(PROC_BASE)

FUZZERS += sensor/run/outbox_msg_fuzz
sensor/run/outbox_msg_fuzz_OBJS := sensor/run/outbox_msg.o

TOOLS += sensor/run/courier_feed_tool
sensor/run/courier_feed_tool_OBJS = $(sort $(RUN_OUTBOX) $(PROC_ALL) \
    store/export/message.o store/process.o sensor/event/ev_wire.o $(STORE_ALL) $(PROC_BASE))
sensor/run/courier_feed_tool_LIBS := -lsqlite3 -linih -lseccomp -lcap-ng

SLOW_SCRIPTS += sensor/run/test_rsyslog
ROOT_SCRIPTS += sensor/run/test_live
ROOT_SCRIPTS += sensor/run/test_fanout
ROOT_SCRIPTS += sensor/run/test_kill
