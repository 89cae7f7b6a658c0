IEC104_OBJS := $(addprefix dissectors/iec104/,iec104.o asdu.o objects.o)

TESTS += dissectors/iec104/iec104_test
dissectors/iec104/iec104_test_OBJS = $(IEC104_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/iec104/iec104_fuzz
dissectors/iec104/iec104_fuzz_OBJS = $(IEC104_OBJS) $(DISSECTOR_TEST_OBJS)
