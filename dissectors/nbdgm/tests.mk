NBDGM_OBJS := dissectors/nbdgm/nbdgm.o dissectors/nbdgm/browser.o \
	dissectors/nbns/name.o

TESTS += dissectors/nbdgm/nbdgm_test
dissectors/nbdgm/nbdgm_test_OBJS = $(NBDGM_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/nbdgm/nbdgm_fuzz
dissectors/nbdgm/nbdgm_fuzz_OBJS = $(NBDGM_OBJS) $(DISSECTOR_TEST_OBJS)
