TELNET_OBJS := $(addprefix dissectors/telnet/,telnet.o login.o)

TESTS += dissectors/telnet/telnet_test
dissectors/telnet/telnet_test_OBJS = $(TELNET_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/telnet/telnet_fuzz
dissectors/telnet/telnet_fuzz_OBJS = $(TELNET_OBJS) $(DISSECTOR_TEST_OBJS)
