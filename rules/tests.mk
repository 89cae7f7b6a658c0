# The rule files as C.  Made each time, replaced only when it differs: a rule
# file that was removed is noticed, too.
$(B)/rules/builtin.inc: FORCE
	@mkdir -p $(@D)
	$(Q)rules/builtin.sh $(wildcard rules/*.rules) >$@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)/rules/builtin.o: $(B)/rules/builtin.inc

.PHONY: FORCE

RULES_COLS := rules/evcol.o sensor/event/event.o sensor/event/ev_json.o \
              sensor/base/json.o sensor/base/clock.o
RULES_TEXT := rules/text.o rules/render.o rules/clean.o $(RULES_COLS)
RULES_ALL  := rules/rules.o rules/load.o rules/entry.o rules/ini.o \
              rules/guard.o rules/evtab.o rules/func.o rules/check.o \
              rules/builtin.o rules/learning.o rules/conjunct.o \
              rules/plain.o $(RULES_TEXT)

TESTS += rules/ini_test rules/clean_test rules/evcol_test rules/text_test \
         rules/func_test rules/load_test rules/guard_test rules/rules_test \
         rules/shipped_test rules/fault_test rules/learning_test \
         rules/plain_test
rules/learning_test_OBJS := rules/learning.o rules/conjunct.o
rules/plain_test_OBJS   := rules/harness.o $(RULES_ALL)
rules/plain_test_LIBS   := -lsqlite3 -linih
rules/ini_test_OBJS     := rules/ini.o
rules/ini_test_LIBS     := -linih
rules/clean_test_OBJS   := rules/clean.o sensor/base/json.o
rules/evcol_test_OBJS   := $(RULES_COLS)
rules/text_test_OBJS    := rules/harness.o $(RULES_ALL)
rules/text_test_LIBS    := -lsqlite3 -linih
rules/func_test_OBJS    := rules/func.o rules/evtab.o $(RULES_COLS)
rules/func_test_LIBS    := -lsqlite3
rules/load_test_OBJS    := rules/harness.o $(RULES_ALL)
rules/load_test_LIBS    := -lsqlite3 -linih
rules/guard_test_OBJS   := rules/harness.o $(RULES_ALL)
rules/guard_test_LIBS   := -lsqlite3 -linih
rules/rules_test_OBJS   := rules/harness.o $(RULES_ALL)
rules/rules_test_LIBS   := -lsqlite3 -linih
rules/shipped_test_OBJS := rules/harness.o $(RULES_ALL)
rules/shipped_test_LIBS := -lsqlite3 -linih
rules/fault_test_OBJS   := rules/harness.o $(RULES_ALL)
rules/fault_test_LIBS   := -lsqlite3 -linih -Wl,--wrap=malloc \
                           -Wl,--wrap=calloc -Wl,--wrap=strdup \
                           -Wl,--wrap=strndup

UNCOMPARED += rules/evcol.o

# The text, the SQL, and all of it, which is slower by far.
FUZZERS += rules/load_fuzz rules/guard_fuzz rules/rules_fuzz
$(foreach f,load guard rules,$(eval rules/$(f)_fuzz_OBJS := rules/harness.o \
	$(RULES_ALL)))
$(foreach f,load guard rules,$(eval rules/$(f)_fuzz_LIBS := -lsqlite3 -linih))

TOOLS += rules/bench_tool
rules/bench_tool_OBJS := rules/harness.o $(RULES_ALL)
rules/bench_tool_LIBS := -lsqlite3 -linih

SCRIPTS += rules/test_builtin.sh
