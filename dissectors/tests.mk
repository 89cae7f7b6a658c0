# All protocols, and what makes them known.
DISSECTOR_OBJS := dissectors/dissector.o dissectors/registry.o \
	$(patsubst %.c,%.o,$(filter-out \
	%_test.c %_fuzz.c %_tool.c dissectors/template/%, \
	$(wildcard dissectors/*/*.c)))

# What every dissector's test links besides its own objects.
DISSECTOR_TEST_OBJS := dissectors/dissector.o dissectors/harness.o \
	sensor/event/event.o sensor/event/ev_json.o sensor/base/json.o \
	sensor/base/clock.o sensor/base/real.o

UNTRACED += dissectors/harness.o
# What prints events compares nothing with what came in.
UNCOMPARED += dissectors/dissector.o sensor/event/event.o \
	sensor/event/ev_json.o sensor/base/json.o sensor/base/clock.o

TESTS += dissectors/dissector_test dissectors/harness_test
dissectors/dissector_test_OBJS = $(DISSECTOR_OBJS) sensor/event/event.o \
	sensor/base/clock.o sensor/base/real.o
dissectors/harness_test_OBJS = $(DISSECTOR_TEST_OBJS)
