S7COMM_OBJS := $(addprefix dissectors/s7comm/,s7comm.o job.o items.o userdata.o \
	szl.o)

TESTS += dissectors/s7comm/s7comm_test
dissectors/s7comm/s7comm_test_OBJS = $(S7COMM_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/s7comm/s7comm_fuzz
dissectors/s7comm/s7comm_fuzz_OBJS = $(S7COMM_OBJS) $(DISSECTOR_TEST_OBJS)
