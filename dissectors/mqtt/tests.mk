MQTT_OBJS := $(addprefix dissectors/mqtt/,mqtt.o session.o topics.o codes.o)

TESTS += dissectors/mqtt/mqtt_test
dissectors/mqtt/mqtt_test_OBJS = $(MQTT_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/mqtt/mqtt_fuzz
dissectors/mqtt/mqtt_fuzz_OBJS = $(MQTT_OBJS) $(DISSECTOR_TEST_OBJS)
