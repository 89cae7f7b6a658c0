/*
 * frame_test: a frame is told with its capture as soon as there are several.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/registry.h"
#include "store/outbox.h"
#include "store/pair_test.h"
#include "store/query.h"
#include "store/store_priv.h"

/* Begins to read these; the first event is of the first one. */
static void
reads(struct rig *r, const char *first, const char *second)
{
	const char *const names[] = {first, second};

	assert_int_equal(store_inputs(r->s, names, second != NULL ? 2 : 1), 0);
	r->x.input = 0;
	r->x.frame = 0;
}

/* The controller says a value by that frame of an input. */
static void
says(struct rig *r, uint32_t input, uint64_t frame, const char *key,
    const char *value)
{
	r->x.input = input;
	r->x.frame = frame - 1;
	assert_int_equal(
	    sample_says(&r->x, PROTO_ENIP, &plc, NULL, key, value), 0);
	sample_wait(&r->x, SAMPLE_SECOND);
}

struct wanted {
	const char *value; /* of the fact that is looked for */
	uint64_t frame, changed;
	char file[300], changed_file[300];
};

static void
keep(const struct query_frame *f, uint64_t *number, char file[300])
{
	*number = f->number;
	(void)snprintf(file, 300, "%s", f->file != NULL ? f->file : "-");
}

static int
take(void *arg, const struct query_asset *a)
{
	struct wanted *w = arg;

	for (size_t i = 0; i < a->nfacts; i++) {
		if (strcmp(a->facts[i].value, w->value) == 0) {
			keep(&a->facts[i].frame, &w->frame, w->file);
		}
	}
	for (size_t i = 0; i < a->nchanges; i++) {
		if (strcmp(a->changes[i].value, w->value) == 0) {
			keep(
			    &a->changes[i].frame, &w->changed, w->changed_file);
		}
	}
	return 0;
}

static struct wanted
ask(struct rig *r, const char *value)
{
	struct wanted w = {.value = value};

	rig_find(r, "10.0.0.3", take, &w);
	return w;
}

static void
test_one_capture_needs_no_name(void **state)
{
	struct rig *r = *state;
	struct wanted w;

	reads(r, "a.pcap", NULL);
	says(r, 0, 29, "firmware", "1.2");
	w = ask(r, "1.2");
	assert_int_equal(w.frame, 29);
	assert_string_equal(w.file, "-");
}

static void
test_two_captures(void **state)
{
	struct rig *r = *state;
	struct wanted w;

	reads(r, "a.pcap", "b.pcap");
	says(r, 0, 29, "firmware", "1.2");
	says(r, 1, 29, "firmware", "1.3");
	w = ask(r, "1.2");
	assert_int_equal(w.frame, 29);
	assert_string_equal(w.file, "a.pcap");
	w = ask(r, "1.3");
	assert_int_equal(w.frame, 29);
	assert_string_equal(w.file, "b.pcap");
	assert_int_equal(w.changed, 29);
	assert_string_equal(w.changed_file, "b.pcap");
}

/* One after the other; the first one once more, which is no third. */
static void
test_another_day(void **state)
{
	struct rig *r = *state;
	struct wanted w;

	reads(r, "a.pcap", NULL);
	says(r, 0, 29, "firmware", "1.2");
	rig_restart(r);
	reads(r, "b.pcap", NULL);
	says(r, 0, 31, "model", "M1");
	rig_restart(r);
	reads(r, "a.pcap", NULL);
	says(r, 0, 33, "serial", "4711");
	assert_string_equal(ask(r, "1.2").file, "a.pcap");
	assert_string_equal(ask(r, "M1").file, "b.pcap");
	w = ask(r, "4711");
	assert_int_equal(w.frame, 33);
	assert_string_equal(w.file, "a.pcap");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM inputs"), 2);
}

/* A live interface has no file, and its frames count for years. */
static void
test_live(void **state)
{
	struct rig *r = *state;
	struct wanted w;

	reads(r, "a.pcap", NULL);
	says(r, 0, 29, "firmware", "1.2");
	rig_restart(r);
	reads(r, "", NULL);
	says(r, 0, FRAME_MASK, "model", "M1");
	assert_string_equal(ask(r, "1.2").file, "a.pcap");
	w = ask(r, "M1");
	assert_true(w.frame == FRAME_MASK);
	assert_string_equal(w.file, "-");
}

/* What it had before it wrote inputs down is of none of those to come. */
static void
test_frames_of_before(void **state)
{
	struct rig *r = *state;

	says(r, 0, 29, "firmware", "1.2");
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM facts WHERE frame = 29"), 1);
	reads(r, "a.pcap", "b.pcap");
	says(r, 1, 31, "model", "M1");
	assert_string_equal(ask(r, "1.2").file, "-");
	assert_string_equal(ask(r, "M1").file, "b.pcap");
	/* An input that nobody named. */
	says(r, 7, 33, "serial", "4711");
	assert_int_equal(ask(r, "4711").frame, 33);
	assert_string_equal(ask(r, "4711").file, "-");
}

static void
test_names_are_text(void **state)
{
	struct rig *r = *state;
	char name[256];

	memset(name, 'x', sizeof(name));
	name[255] = '\0';
	reads(r, "a\xff\x1b[2J.pcap", name);
	says(r, 0, 1, "firmware", "1.2");
	says(r, 1, 1, "model", "M1");
	assert_string_equal(ask(r, "1.2").file, "a\xef\xbf\xbd?[2J.pcap");
	assert_string_equal(ask(r, "M1").file, name);
}

struct alert {
	char frames[256], files[256];
};

static int
take_alert(void *arg, const struct query_alert *a)
{
	struct alert *x = arg;

	if (strcmp(a->rule, "firmware-changed") == 0) {
		(void)snprintf(x->frames, sizeof(x->frames), "%s", a->frames);
		(void)snprintf(x->files, sizeof(x->files), "%s", a->files);
	}
	return 0;
}

static struct alert
alert(struct rig *r)
{
	const struct query_filter f = {0};
	struct query_page page = {0};
	struct alert x = {0};
	struct query *q;

	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(query_alerts(q, &f, &page, take_alert, &x), 0);
	query_close(q);
	return x;
}

static int
take_item(void *arg, const struct outbox_item *i)
{
	return take_alert(arg, &i->alert);
}

/* An alert may be of several captures; so may what is sent of it. */
static void
test_an_alert_of_two_captures(void **state)
{
	struct rig *r = *state;
	struct alert x = {0};

	reads(r, "a.pcap", NULL);
	says(r, 0, 28, "firmware", "1.2");
	says(r, 0, 29, "firmware", "1.3");
	x = alert(r);
	assert_string_equal(x.frames, "[29]");
	assert_string_equal(x.files, "");
	reads(r, "a.pcap", "b.pcap");
	says(r, 1, 5, "firmware", "1.4");
	x = alert(r);
	assert_string_equal(x.frames, "[29,5]");
	assert_string_equal(x.files, "a.pcap/b.pcap");
	memset(&x, 0, sizeof(x));
	assert_int_equal(store_outbox_next(r->s, 0, 100, take_item, &x), 0);
	assert_string_equal(x.frames, "[29,5]");
	assert_string_equal(x.files, "a.pcap/b.pcap");
	/* One, not one a capture. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts WHERE rule = "
				    "'firmware-changed'"),
	    1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_one_capture_needs_no_name),
	    T(test_two_captures),
	    T(test_another_day),
	    T(test_live),
	    T(test_frames_of_before),
	    T(test_names_are_text),
	    T(test_an_alert_of_two_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
