TESTS += sensor/event/event_test sensor/event/ev_json_test \
         sensor/event/ev_wire_test
sensor/event/event_test_OBJS   := sensor/event/event.o \
                                  sensor/event/ev_sample_tool.o
sensor/event/ev_json_test_OBJS := sensor/event/ev_json.o \
                                  sensor/event/event.o \
                                  sensor/event/ev_sample_tool.o \
                                  sensor/base/json.o sensor/base/clock.o
sensor/event/ev_json_test_LIBS := -lcjson
sensor/event/ev_wire_test_OBJS := sensor/event/ev_wire.o \
                                  sensor/event/ev_json.o \
                                  sensor/event/event.o \
                                  sensor/event/ev_sample_tool.o \
                                  sensor/base/json.o sensor/base/clock.o \
                                  sensor/base/arena.o sensor/base/mem.o

TESTS += sensor/event/coverage_test
sensor/event/coverage_test_OBJS := sensor/event/coverage.o

FUZZERS += sensor/event/ev_wire_fuzz
sensor/event/ev_wire_fuzz_OBJS := $(sensor/event/ev_wire_test_OBJS)
sensor/event/ev_wire_fuzz_LIBS := -lcjson

TOOLS += sensor/event/ev_seeds_tool
sensor/event/ev_seeds_tool_OBJS := $(sensor/event/ev_wire_test_OBJS)

SCRIPTS += sensor/event/test_schema.sh
