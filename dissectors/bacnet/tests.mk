BACNET_OBJS := $(addprefix dissectors/bacnet/,bacnet.o bvlc.o npdu.o apdu.o \
	segments.o tags.o print.o direct.o steps.o requests.o replies.o values.o \
	services.o facts.o netport.o effects.o about.o names.o)
BACNET_TESTS := $(addprefix dissectors/bacnet/,link_test network_test \
	services_test segments_test forms_test facts_test violations_test \
	direct_test)

TESTS += $(BACNET_TESTS)
$(foreach t,$(BACNET_TESTS),$(eval $(t)_OBJS = $$(BACNET_OBJS) \
	$$(DISSECTOR_TEST_OBJS)))

FUZZERS += dissectors/bacnet/bacnet_fuzz
dissectors/bacnet/bacnet_fuzz_OBJS = $(BACNET_OBJS) $(DISSECTOR_TEST_OBJS)
UNCOMPARED += dissectors/bacnet/names.o
