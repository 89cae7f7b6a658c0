TESTS += sensor/base/rd_test sensor/base/ht_test sensor/base/pool_test \
         sensor/base/arena_test sensor/base/mem_test sensor/base/hash_test \
         sensor/base/json_test sensor/base/log_test sensor/base/clock_test \
         sensor/base/digits_test sensor/base/err_test sensor/base/real_test
sensor/base/ht_test_OBJS    := sensor/base/ht.o sensor/base/mem.o
sensor/base/pool_test_OBJS  := sensor/base/pool.o sensor/base/mem.o
sensor/base/arena_test_OBJS := sensor/base/arena.o sensor/base/mem.o
sensor/base/mem_test_OBJS   := sensor/base/mem.o
sensor/base/hash_test_OBJS  := sensor/base/hash.o
sensor/base/json_test_OBJS  := sensor/base/json.o
sensor/base/log_test_OBJS   := sensor/base/log.o
sensor/base/clock_test_OBJS := sensor/base/clock.o
sensor/base/err_test_OBJS   := sensor/base/err.o
sensor/base/real_test_OBJS  := sensor/base/real.o

FUZZERS += sensor/base/rd_fuzz sensor/base/json_fuzz
sensor/base/json_fuzz_OBJS  := sensor/base/json.o
sensor/base/json_fuzz_LIBS  := -lcjson

SCRIPTS += sensor/base/test_replay_driver.sh
