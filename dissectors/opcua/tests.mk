OPCUA_OBJS := $(addprefix dissectors/opcua/,opcua.o types.o services.o \
	session.o nodes.o cert.o)

TESTS += dissectors/opcua/opcua_test
dissectors/opcua/opcua_test_OBJS = $(OPCUA_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/opcua/opcua_fuzz
dissectors/opcua/opcua_fuzz_OBJS = $(OPCUA_OBJS) $(DISSECTOR_TEST_OBJS)
