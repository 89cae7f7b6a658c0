PROFINET_OBJS := $(addprefix dissectors/profinet/,profinet.o dcp.o blocks.o \
	facts.o names.o)

TESTS += dissectors/profinet/profinet_test
dissectors/profinet/profinet_test_OBJS = $(PROFINET_OBJS) \
	$(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/profinet/profinet_fuzz
dissectors/profinet/profinet_fuzz_OBJS = $(PROFINET_OBJS) \
	$(DISSECTOR_TEST_OBJS)
UNCOMPARED += dissectors/profinet/names.o
