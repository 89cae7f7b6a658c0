CIP_OBJS := $(addprefix dissectors/cip/,cip.o epath.o route.o services.o \
	names.o bodies.o attributes.o symbols.o templates.o layouts.o \
	members.o safety.o effects.o wrapped.o conn.o io.o identity.o types.o \
	tags.o)
PCCC_OBJS := $(addprefix dissectors/pccc/,pccc.o commands.o address.o values.o \
	multiple.o effects.o status.o)
ENIP_OBJS := $(addprefix dissectors/enip/,enip.o header.o items.o lists.o) \
	$(CIP_OBJS) $(PCCC_OBJS)
ENIP_TESTS := dissectors/enip/enip_test dissectors/enip/mutation_test \
	dissectors/cip/cip_test dissectors/cip/objects_test \
	dissectors/cip/members_test dissectors/cip/route_test \
	dissectors/cip/io_test dissectors/pccc/pccc_test \
	dissectors/pccc/values_test

TESTS += $(ENIP_TESTS)
$(foreach t,$(ENIP_TESTS),$(eval $(t)_OBJS = $$(ENIP_OBJS) \
	$$(DISSECTOR_TEST_OBJS)))

FUZZERS += dissectors/enip/enip_fuzz
dissectors/enip/enip_fuzz_OBJS = $(ENIP_OBJS) $(DISSECTOR_TEST_OBJS)
