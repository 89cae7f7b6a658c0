DNP3_OBJS := $(addprefix dissectors/dnp3/,dnp3.o link.o transport.o app.o \
	functions.o walk.o objects.o points.o controls.o files.o facts.o \
	sets.o auth.o about.o attributes.o activation.o)
DNP3_TESTS := $(addprefix dissectors/dnp3/,functions_test objects_test \
	link_test violations_test mutation_test)

TESTS += $(DNP3_TESTS)
$(foreach t,$(DNP3_TESTS),$(eval $(t)_OBJS = $$(DNP3_OBJS) \
	$$(DISSECTOR_TEST_OBJS)))

FUZZERS += dissectors/dnp3/dnp3_fuzz
dissectors/dnp3/dnp3_fuzz_OBJS = $(DNP3_OBJS) $(DISSECTOR_TEST_OBJS)
UNCOMPARED += dissectors/dnp3/link.o
