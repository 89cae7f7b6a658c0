ETHERCAT_OBJS := $(addprefix dissectors/ethercat/,ethercat.o registers.o \
	slaves.o mailbox.o names.o)

TESTS += dissectors/ethercat/ethercat_test
dissectors/ethercat/ethercat_test_OBJS = $(ETHERCAT_OBJS) \
	$(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/ethercat/ethercat_fuzz
dissectors/ethercat/ethercat_fuzz_OBJS = $(ETHERCAT_OBJS) \
	$(DISSECTOR_TEST_OBJS)
