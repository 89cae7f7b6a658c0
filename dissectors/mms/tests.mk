MMS_OBJS := $(addprefix dissectors/mms/,mms.o session.o initiate.o pdu.o \
	argument.o answer.o facts.o names.o data.o)

TESTS += dissectors/mms/mms_test
dissectors/mms/mms_test_OBJS = $(MMS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/mms/mms_fuzz
dissectors/mms/mms_fuzz_OBJS = $(MMS_OBJS) $(DISSECTOR_TEST_OBJS)
