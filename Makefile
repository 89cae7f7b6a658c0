# otus: one Makefile, not recursive.  Variants stand side by side:
#
#   make                  build/otus, optimised, assertions of cold paths on
#   make V=asan           build/asan: AddressSanitizer and UBSan
#   make V=cov            build/cov: gcov
#   make V=fuzz           build/fuzz: clang, libFuzzer with ASan and UBSan
#   make V=hard           build/hard: position independent, fortified (packages)
#   make CC=clang         any of them with another compiler
#   make help             the other goals
#
# Each folder names its tests in a tests.mk of its own:
#   TESTS   += dir/ht_test        with dir/ht_test_OBJS: the objects it links
#   FUZZERS += dir/x_fuzz         likewise; seeds in dir/seeds/x_fuzz/
#   UNTRACED += dir/harness.o     helps fuzzers and is not what they explore
#   UNCOMPARED += dir/x.o         no magic numbers in it for fuzzers to learn
#   SCRIPTS += dir/test_x.sh      prints TAP; gets the build folder in $BUILD
#   ROOT_SCRIPTS, SLOW_SCRIPTS    likewise: need root; minutes rather than seconds

V       ?= release
B       := build$(if $(filter-out release,$(V)),/$(V))
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := all

ifeq ($(V),fuzz)
CC      := clang
endif
ifeq ($(origin CC),default)
CC      := gcc
endif
comma   := ,
Q       := $(if $(VERBOSE),,@)

PKGS    := libpcap libndpi sqlite3 libmicrohttpd libcjson libsodium libseccomp \
           libcap-ng inih
# Asked only when a goal compiles: `make deps` must run without them.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wcast-align -Wvla -Wformat=2 -Wundef \
           -Wno-unused-parameter $(if $(CI),-Werror)
# The program is optimised as a whole when it is linked.  Objects hold machine
# code beside that, so that the many tests link in no time; clang 14 cannot.
# Readers and ends are written field by field and copied a moment later: a copy
# of 16 bytes at once would wait for both halves to leave the pipeline.  And what
# is cleared or copied is short: rep stos takes longer to start than to finish.
# Zeros may come 16 bytes at once: half of them can be read back without a wait.
SHORT_COPY      := unrolled_loop:512:noalign$(comma)libcall:-1:noalign
SHORT_CLEAR     := vector_loop:512:noalign$(comma)libcall:-1:noalign
BY_WORDS        := $(if $(findstring gcc,$(CC)),-fno-tree-slp-vectorize \
                   $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)), \
                   -mtune-ctrl=^sse_unaligned_load_optimal \
                   -mmemset-strategy=$(SHORT_CLEAR) \
                   -mmemcpy-strategy=$(SHORT_COPY)))
WHOLE_release   := $(if $(findstring gcc,$(CC)),-flto=auto)
CFLAGS_release  := -O3 -g $(WHOLE_release:%=% -ffat-lto-objects) \
                   $(BY_WORDS)
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer \
                  -fno-sanitize-recover=all
CFLAGS_cov     := -O0 -g --coverage
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
                  -fno-omit-frame-pointer -fno-sanitize-recover=all
CFLAGS_hard    := -O2 -g -fPIE -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
                  -fstack-clash-protection
LDFLAGS_asan   := -fsanitize=address,undefined
LDFLAGS_cov    := --coverage
LDFLAGS_fuzz   := -fsanitize=address,undefined
LDFLAGS_hard   := -pie -Wl,-z,relro,-z,now

# gcc is told how often each branch is taken: a first build of the program
# counts while it replays the sample plant, TRAIN=no does without.  What it
# counted is kept until `make clean`; files that change in between do without.
ifeq ($(V)-$(origin CFLAGS),release-undefined)
TRAIN   ?= $(if $(WHOLE_release),yes,no)
endif
CFLAGS  ?= $(CFLAGS_$(V))
# -iquote, not -I: <limits.h> is the system's (see sensor/limits.h).
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(CFLAGS) $(TRAINED) $(WARN) -iquote sensor \
             -iquote . -iquote $(B) $(PKG_CFLAGS) -MMD -MP
ALL_LDFLAGS = $(LDFLAGS_$(V)) $(LDFLAGS)
PART_LDFLAGS = $(ALL_LDFLAGS) $(WHOLE_$(V):%=-fno-lto)

# --- sources -----------------------------------------------------------------
ROOMS   := sensor dissectors store web rules
SRCS    := $(shell find $(ROOMS) -name '*.c' -not -path '*/node_modules/*' | LC_ALL=C sort)
TEST_SRCS := $(filter %_test.c %_fuzz.c %/harness.c,$(SRCS)) \
             $(filter test-pcaps/%,$(SRCS))
PROG_SRCS := $(filter-out $(TEST_SRCS) %_tool.c,$(SRCS))
PROG_OBJS := $(PROG_SRCS:%.c=$(B)/%.o)

TESTS   :=
FUZZERS :=
UNTRACED :=
UNCOMPARED :=
TOOLS   :=
SCRIPTS :=
ROOT_SCRIPTS :=
SLOW_SCRIPTS :=
include $(wildcard $(shell find $(ROOMS) test-pcaps -name tests.mk | LC_ALL=C sort))

TEST_BINS := $(TESTS:%=$(B)/%)
FUZZ_BINS := $(FUZZERS:%=$(B)/%)
TOOL_BINS := $(TOOLS:%=$(B)/%)

all: $(B)/otus

$(B)/otus: $(PROG_OBJS)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) $(WHOLE_$(V):-flto%=-flto -flto-partition=one) -o $@ \
	    $^ $(PKG_LIBS) -lm

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

ifeq ($(TRAIN),yes)
$(PROG_OBJS): | $(B)/train/done
# Both builds name their counts alike: gcc knows functions by that name, too.
COUNTS   = -dumpdir $(B)/train/counts/$(<D)/ -dumpbase $(<F) -dumpbase-ext .c
COUNTED  = $(B)/train/counts/$(<:.c=.gcda)
USE      = $(COUNTS) -fprofile-use -fprofile-partial-training \
           -Wno-missing-profile -Wno-coverage-mismatch
$(PROG_OBJS): TRAINED = $(if $(shell [ ! -e $(COUNTED) ] || \
                          find $^ -newer $(COUNTED)),,$(USE))

$(B)/train/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $< (to count)"
	$(Q)$(CC) $(filter-out -flto% -ffat%,$(ALL_CFLAGS)) -c -o $@ $<

$(B)/train/%.o: TRAINED = $(COUNTS) -fprofile-generate -fprofile-update=single
$(B)/train/rules/builtin.o: $(B)/rules/builtin.inc
$(B)/train/store/migrate.o: $(B)/store/schema.inc
$(B)/train/store/declared/register_write.o: $(B)/store/declared/schema.inc
$(B)/train/store/maker.o: $(B)/store/maker.inc
$(B)/train/web/ui.o: $(B)/web/ui.inc

$(B)/train/otus: $(PROG_SRCS:%.c=$(B)/train/%.o)
	$(Q)$(CC) $(ALL_LDFLAGS) -fprofile-generate -o $@ $^ $(PKG_LIBS) -lm

SCALE_TOOL = $(B)/test-pcaps/gen/scale_tool

# Without prerequisites: it is made once.
$(B)/train/done:
	$(Q)$(MAKE) --no-print-directory $(B)/train/otus $(SCALE_TOOL)
	@echo "  COUNT   $(B)/train/otus"
	$(Q).ci/train $(B)/train $(SCALE_TOOL)
	$(Q)touch $@
endif

# Each test links only the objects that it names.
define link_test
$(B)/$(1): $(B)/$(1).o $$(addprefix $(B)/,$$($(1)_OBJS))
	@echo "  LD      $$@"
	$$(Q)$$(CC) $$(PART_LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) -lcmocka -lsodium -lm
endef
$(foreach t,$(TESTS),$(eval $(call link_test,$(t))))

# A fuzzer is one function; clang drives it with libFuzzer, every other build
# replays the files that it is given.
ifeq ($(V),fuzz)
FUZZ_MAIN :=
FUZZ_LD   := -fsanitize=fuzzer
$(addprefix $(B)/,$(UNTRACED)): CFLAGS += -fno-sanitize=fuzzer-no-link
$(addprefix $(B)/,$(UNCOMPARED)): CFLAGS += -fno-sanitize-coverage=trace-cmp
else
FUZZ_MAIN := $(B)/sensor/base/replay_driver_tool.o
FUZZ_LD   :=
endif
define link_fuzz
$(B)/$(1): $(B)/$(1).o $$(addprefix $(B)/,$$($(1)_OBJS)) $(FUZZ_MAIN)
	@echo "  LD      $$@"
	$$(Q)$$(CC) $$(PART_LDFLAGS) $(FUZZ_LD) -o $$@ $$^ $$($(1)_LIBS) -lsodium -lm
endef
$(foreach t,$(FUZZERS),$(eval $(call link_fuzz,$(t))))

define link_tool
$(B)/$(1): $(B)/$(1).o $$(addprefix $(B)/,$$($(1)_OBJS))
	@echo "  LD      $$@"
	$$(Q)$$(CC) $$(PART_LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) -lsodium -lm
endef
$(foreach t,$(TOOLS),$(eval $(call link_tool,$(t))))

tests: $(TEST_BINS) $(FUZZ_BINS) $(TOOL_BINS)
fuzzers: $(FUZZ_BINS)
tools: $(TOOL_BINS)

clean:
	rm -rf build

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)

.PHONY: all tests fuzzers tools clean

# --- running it --------------------------------------------------------------
# The sample plant is normal for its first twenty minutes.
run: deps-quiet
	@$(MAKE) --no-print-directory all
	$(Q)if [ -n "$(IFACE)" ]; then \
		trap '$(B)/otus unsilence $(IFACE)' EXIT; \
		$(B)/otus silence $(IFACE) || exit; \
		$(B)/otus run $(IFACE:%=--interface %) $(RUN_ARGS) & \
		trap "kill -TERM $$!" INT TERM; \
		wait $$! || wait $$!; \
	elif [ -e otus-data/otus.db ]; then \
		echo "otus-data is there already: serving what is in it" \
		    "(rm -r otus-data to replay the sample again)"; \
		exec $(B)/otus run $(RUN_ARGS); \
	else \
		exec $(B)/otus run --learn 20m $(RUN_ARGS) \
		    test-pcaps/plant.pcapng; \
	fi

deps: deps-quiet
	@echo "Everything that otus needs is installed."

deps-quiet:
	@.ci/deps build

deps-test: deps-quiet
	@.ci/deps test

# --- testing it --------------------------------------------------------------
# check is the fast loop; test is everything, installing what it needs first.
# RESULTS=FILE collects the figures of several of these goals.
TAP_RUN = .ci/tap-run -b $(B) $(if $(RESULTS),-r $(RESULTS))
seeds_of = $(dir $(1))seeds/$(notdir $(1))

check: check-unit check-captures

check-unit: tests
	@$(MAKE) --no-print-directory run-unit

check-captures: all
	@$(MAKE) --no-print-directory run-captures

run-unit:
	$(Q)$(TAP_RUN) -T "unit tests and fuzz seeds$(VARIANT)" \
	    $(foreach t,$(TESTS),--unit $(B)/$(t)) \
	    $(foreach f,$(FUZZERS),--fuzz $(B)/$(f)=$(call seeds_of,$(f)))

run-golden:
	$(Q)$(TAP_RUN) -T "golden events$(VARIANT)" --script test-pcaps/golden

run-captures: run-golden
	$(Q)$(TAP_RUN) -j 1 -T captures \
	    --script test-pcaps/invariance \
	    --script "test-pcaps/gen/make.py --check"

VARIANT = $(if $(filter release,$(V)),, ($(V)))

test: deps-test
	@MAKE="$(MAKE)" SCRIPTS="$(SCRIPTS)" ROOT_SCRIPTS="$(ROOT_SCRIPTS)" \
	    SLOW_SCRIPTS="$(SLOW_SCRIPTS)" .ci/test

# make golden T=modbus/functions writes one golden file anew; T=--all all.
golden: all
	$(Q)BUILD=$(B) test-pcaps/golden --write $(T)

# PDU by PDU, then who devices say that they are.
# make differential T=FILE compares one capture; T="--proto modbus" one table.
# SUITE=testing: with the tshark of that release of Debian, not with this one's.
differential: all
	$(Q)TSHARK=$(if $(SUITE),$$(test-pcaps/tshark_of $(SUITE)),tshark) || exit; \
	    export TSHARK BUILD=$(B); \
	    test-pcaps/differential $(T); status=$$?; \
	    test-pcaps/identities $(T) && exit $$status

# The inventory of a works beside the truth; T="CAPTURE TRUTH" another one's.
precision: all
	$(Q)BUILD=$(B) test-pcaps/precision $(T)

# Generated captures; those of real stacks only with `make captures REAL=1`
# (root: network namespaces), because no two recordings are alike.
captures: $(if $(REAL),tools)
	$(Q)test-pcaps/gen/make.py
	$(if $(REAL),$(Q)BUILD=$(B) test-pcaps/peers/record)
	$(if $(REAL),$(Q)test-pcaps/peers/record_npm)

bench: all tools
	$(Q)BUILD=$(B) test-pcaps/bench $(BENCH_ARGS)

bench-memory: all tools
	$(Q)BUILD=$(B) test-pcaps/bench --memory $(BENCH_ARGS)

# A site of 100,000 devices and 1,000,000 links beside a small one.
scale: all tools
	$(Q)BUILD=$(B) test-pcaps/scale $(BENCH_ARGS)

# What a live sensor loses at full speed, beside tcpdump; root.
bench-live: all tools
	$(Q)BUILD=$(B) test-pcaps/bench_live $(BENCH_ARGS)

lint: all
	$(Q).ci/tap-run -t 600 --script ".ci/lint $(T)"

lint-flags:
	@echo '$(filter-out -MMD -MP -g -O% -W% -f% -m%,$(ALL_CFLAGS))'

# Every parser's fuzzer for RUNS inputs, under libFuzzer with ASan and UBSan.
RUNS ?= 100000
fuzz:
	$(Q)$(MAKE) --no-print-directory -s V=fuzz \
	    $(if $(T),$(T:%=build/fuzz/%),fuzzers)
	$(Q).ci/tap-run -t 86400 -j 1 -T "fuzzing, $(RUNS) inputs each" \
	    $(foreach f,$(if $(T),$(T),$(FUZZERS)),--command \
	    "$(f)=.ci/fuzz build/fuzz/$(f) $(call seeds_of,$(f)) $(RUNS)")

# A clean copy of what git has must build and pass by itself.
dist-check:
	$(Q).ci/dist-check

help:
	@sed -n '/^#   make/,/^#$$/s/^#   //p' Makefile
	@printf '%s\n' \
	    'make run              build, replay the sample plant, serve it on' \
	    '                      http://127.0.0.1:8080; IFACE=eth1 watches live' \
	    'make check            fast tests: unit, fuzz seeds, captures' \
	    'make test             all tests, after installing what they need' \
	    'make fuzz RUNS=N      fuzz every parser; T=dir/x_fuzz one' \
	    'make lint             what machines say about the sources' \
	    'make golden T=NAME    write a golden file anew' \
	    'make differential     compare with tshark: PDUs, then identities' \
	    'make precision        the inventory of a made-up works beside the truth' \
	    'make bench            packets per second beside other programs' \
	    'make bench-memory     memory between 2 and 20 million packets' \
	    'make scale            100,000 devices and 1,000,000 links: speed, memory' \
	    'make bench-live       what a live sensor loses at full speed (root)' \
	    'make captures         write the generated captures anew' \
	    'make deps, deps-test  install what building, testing needs' \
	    'make dist-check       clone, build and test what is committed' \
	    'make clean            remove build/'

.PHONY: run deps deps-quiet deps-test check check-unit check-captures \
        run-unit run-golden run-captures test golden differential captures \
        precision bench bench-memory bench-live scale lint lint-flags fuzz \
        dist-check help
