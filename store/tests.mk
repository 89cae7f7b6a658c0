# The schema's steps as C strings, one a file, in order.
STORE_SCHEMA := $(sort $(wildcard store/schema/*.sql))

$(B)/store/schema.inc: $(STORE_SCHEMA) store/tests.mk
	@mkdir -p $(@D)
	$(Q)for f in $(STORE_SCHEMA); do \
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' \
		    -e 's/$$/\\n"/' "$$f" && echo ','; \
	done > $@.new && mv $@.new $@

$(B)/store/migrate.o: $(B)/store/schema.inc

$(B)/store/declared/schema.inc: store/declared/schema.sql store/tests.mk
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' \
	    -e 's/$$/\\n"/' $< > $@.new && mv $@.new $@

$(B)/store/declared/register_write.o: $(B)/store/declared/schema.inc

# Who makes which MAC address, as C.
IEEE_DATA := /usr/share/ieee-data

$(B)/store/maker.inc: store/maker.sh $(wildcard $(IEEE_DATA)/*.csv)
	@mkdir -p $(@D)
	$(Q)store/maker.sh $(IEEE_DATA) >$@.new && mv $@.new $@

$(B)/store/maker.o: $(B)/store/maker.inc

STORE_BASE := sensor/base/arena.o sensor/base/clock.o sensor/base/err.o \
              sensor/base/hash.o sensor/base/ht.o sensor/base/json.o \
              sensor/base/real.o \
              sensor/base/log.o sensor/base/mem.o sensor/base/pool.o
STORE_WRITER := $(addprefix store/,open.o migrate.o db.o cache.o model.o \
                text.o field.o object.o addr.o addr_key.o addr_row.o place.o bind.o hold.o holder.o proxy.o asset.o said.o unit.o chassis.o \
                proof.o role.o safety.o asked.o fact.o differ.o replaced.o placeholder.o link.o conversation.o behave.o written.o baseline.o point.o record.o alert.o alert_group.o outbox.o health.o change.o rhythm.o unasked.o awake.o \
                frame.o sqlfunc.o ingest.o maker.o coverage.o)
STORE_DECLARED := $(addprefix store/declared/,bag.o key.o fold.o compare.o match.o \
                  csv.o guess.o import.o unsaid.o register.o register_write.o)
STORE_READER := $(addprefix store/,query.o query_told.o query_detail.o query_asset.o query_ghost.o query_group.o query_link.o \
                query_alert.o query_status.o query_coverage.o)
STORE_EXPORT := $(addprefix store/export/,export.o layout.o assets.o \
                asset.o inventory.o register_only.o cyclonedx.o reconcile.o \
                links.o alerts.o ghosts.o doctor.o verdict.o unheard.o)
STORE_HARNESS := store/harness.o sensor/event/coverage.o $(DISSECTOR_OBJS)
STORE_ALL := $(STORE_HARNESS) $(STORE_WRITER) $(STORE_READER) \
             $(STORE_DECLARED) $(STORE_EXPORT) $(filter-out $(STORE_BASE),$(RULES_ALL)) \
             $(STORE_BASE)

STORE_TESTS := store/open_test store/bind_test store/place_test store/frame_test store/group_test store/link_test \
               store/proof_test store/chassis_test store/change_test store/rhythm_test store/role_test \
               store/ghost_test \
               store/fact_test store/differ_test store/replaced_test store/unit_test store/baseline_test \
               store/alert_test store/record_test store/fault_test \
               store/point_test \
               store/replay_test store/hostile_test store/written_test \
               store/query_test store/coverage_test store/export/export_test \
               store/declared/register_test
TESTS += $(STORE_TESTS) store/cache_test store/model_test \
         store/maker_test \
         store/stmt_test store/export/layout_test \
         store/export/verdict_test
$(foreach t,$(STORE_TESTS),$(eval $(t)_OBJS := $(STORE_ALL)))
$(foreach t,$(STORE_TESTS),$(eval $(t)_LIBS := -lsqlite3 -linih -lcjson))
store/maker_test_OBJS := store/maker.o
store/cache_test_OBJS := store/cache.o sensor/base/pool.o sensor/base/ht.o \
                         sensor/base/mem.o sensor/base/hash.o
store/model_test_OBJS := store/model.o store/text.o sensor/event/event.o \
                         sensor/base/json.o
store/export/verdict_test_OBJS := store/export/verdict.o \
                                 store/export/unheard.o store/text.o \
                                 sensor/event/event.o sensor/base/clock.o \
                                 sensor/base/json.o
store/stmt_test_OBJS := store/migrate.o store/db.o sensor/base/log.o \
                        sensor/base/clock.o
store/stmt_test_LIBS := -lsqlite3
store/export/layout_test_OBJS := store/export/layout.o store/text.o \
                                 sensor/event/event.o sensor/base/json.o \
                                 sensor/base/clock.o

TOOLS += store/ingest_bench_tool
store/ingest_bench_tool_OBJS := $(STORE_ALL)
store/ingest_bench_tool_LIBS := -lsqlite3 -linih

TESTS += store/export/message_test
store/export/message_test_OBJS := store/export/message.o sensor/base/json.o \
                                  sensor/base/clock.o
store/export/message_test_LIBS := -lcjson
TESTS += store/outbox_test
store/outbox_test_OBJS := $(STORE_ALL)
store/outbox_test_LIBS := -lsqlite3 -linih

# What people declare: files and words, without a database.
DECLARED_TEXTS := $(addprefix store/declared/,csv.o guess.o key.o fold.o \
                  compare.o) sensor/base/json.o
TESTS += store/declared/csv_test store/declared/guess_test \
         store/declared/match_test
store/declared/csv_test_OBJS   := $(DECLARED_TEXTS)
store/declared/guess_test_OBJS := $(DECLARED_TEXTS)
store/declared/match_test_OBJS := store/declared/match.o
FUZZERS += store/declared/csv_fuzz
store/declared/csv_fuzz_OBJS := $(STORE_DECLARED) store/db.o $(STORE_BASE)
store/declared/csv_fuzz_LIBS := -lsqlite3
