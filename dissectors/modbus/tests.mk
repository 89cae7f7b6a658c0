MODBUS_OBJS := $(addprefix dissectors/modbus/,modbus.o flow.o framing.o \
	functions.o direction.o requests.o responses.o diagnostics.o records.o mei.o \
	umas.o)
MODBUS_TESTS := $(addprefix dissectors/modbus/,functions_test services_test \
	violations_test framing_test rtu_test direction_test mutation_test cut_test)

TESTS += $(MODBUS_TESTS)
$(foreach t,$(MODBUS_TESTS),$(eval $(t)_OBJS = $$(MODBUS_OBJS) \
	$$(DISSECTOR_TEST_OBJS)))

FUZZERS += dissectors/modbus/modbus_fuzz
dissectors/modbus/modbus_fuzz_OBJS = $(MODBUS_OBJS) $(DISSECTOR_TEST_OBJS)
