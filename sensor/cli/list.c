/*
 * otus assets, ghosts, links, alerts, doctor, status: what the database says, as
 * a table, JSON or CSV.  Reads only, while a writer may be at work.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/datadir.h"
#include "cli/list.h"
#include "cli/output.h"
#include "store/declared/register.h"

/* What a killed command left is rolled back by whoever may, and comes first. */
static int
register_trouble(struct query *q, const char *dir)
{
	int err = query_register_trouble(q);

	if (err == ERR_HALFWAY && register_repair(dir) == 0) {
		err = query_register_trouble(q);
	}
	return err;
}

int
list_open(const struct options *o, struct query **ret)
{
	char dir[DATADIR_MAX];
	int err = query_open(datadir(o, dir), ret), trouble;

	if (err == ERR_NOENT) {
		fprintf(stderr,
		    "otus: nothing in %s yet; fill it with 'otus read --data "
		    "%s FILE' or 'otus run'\n",
		    dir, dir);
	} else if (err == ERR_UNSUPPORTED) {
		fprintf(stderr,
		    "otus: %s was written by another version; open it with "
		    "'otus read' or 'otus run' of this one first\n",
		    dir);
	} else if (err < 0) {
		fprintf(stderr, "otus: %s: %s\n", dir, err_text(err));
	}
	if (err == 0 && (trouble = register_trouble(*ret, dir)) < 0) {
		fprintf(stderr,
		    "otus: the register in %s cannot be read (%s): nothing "
		    "that was declared is shown\n",
		    dir, err_text(trouble));
	}
	return err;
}

int
list_format(const struct options *o, enum export_format *ret)
{
	bool json = options_has(o, "json"), csv = options_has(o, "csv");

	if (json && csv) {
		fprintf(stderr, "otus: --json or --csv, not both\n");
		return ERR_USAGE;
	}
	*ret = json ? EXPORT_JSON : csv ? EXPORT_CSV : EXPORT_TABLE;
	return 0;
}

static int
list(const struct options *o,
    int (*export)(struct query *, const struct query_filter *,
	enum export_format, FILE *))
{
	const struct query_filter all = {0};
	enum export_format format;
	struct query *q = NULL;
	int err;

	if ((err = list_format(o, &format)) < 0 ||
	    (err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = export(q, &all, format, stdout);
	query_close(q);
	return output_status(err);
}

int
cmd_assets(const struct options *o)
{
	return list(o, export_assets);
}

int
cmd_asset(const struct options *o)
{
	enum export_format format;
	struct query *q = NULL;
	bool ghost;
	int err;

	if (o->nargs != 1) {
		fprintf(stderr, "otus: asset: which one? 'otus assets' lists "
				"their ids\n");
		return err_exit_code(ERR_USAGE);
	}
	if ((err = list_format(o, &format)) < 0 ||
	    (err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = export_asset(q, o->args[0], format, stdout);
	ghost = err == ERR_NOTFOUND && export_ghost(q, o->args[0], stderr) == 0;
	query_close(q);
	if (ghost) {
		return err_exit_code(err);
	}
	if (err == ERR_NOTFOUND) {
		fprintf(stderr,
		    "otus: no device has this id, name or address: %s\n",
		    o->args[0]);
		return err_exit_code(err);
	}
	return output_status(err);
}

int
cmd_ghosts(const struct options *o)
{
	return list(o, export_ghosts);
}

int
cmd_links(const struct options *o)
{
	return list(o, export_links);
}

int
cmd_alerts(const struct options *o)
{
	return list(o, export_alerts);
}

/* Exit status 1: something is to be changed. */
int
cmd_doctor(const struct options *o)
{
	struct query *q = NULL;
	bool good = false;
	int err;

	if ((err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = export_doctor(q,
	    options_has(o, "json") ? EXPORT_JSON : EXPORT_TABLE, stdout, &good);
	query_close(q);
	return err < 0 ? output_status(err) : good ? 0 : 1;
}

/* --- status -------------------------------------------------------------- */

static int
to_stdout(void *arg, const char *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n ? 0 : ERR_IO;
}

static int
counter_json(void *arg, const struct query_counter *c)
{
	struct json *j = arg;

	json_object(j);
	json_kstr(j, "sensor", c->sensor);
	json_kstr(j, "name", c->name);
	json_kuint(j, "value", c->value);
	json_object_end(j);
	return 0;
}

static int
status_json(
    struct query *q, const struct query_status *s, const struct query_totals *t)
{
	char time[CLOCK_STAMP_MAX], buf[4096];
	struct json j;
	int err;

	json_init(&j, buf, sizeof buf, to_stdout, NULL);
	json_object(&j);
	if (s->stream_ns != 0) {
		clock_rfc3339(time, s->stream_ns);
		json_kstr(&j, "stream_time", time);
	}
	json_kbool(&j, "learning", s->learning);
	json_kuint(&j, "assets", s->assets);
	json_kuint(&j, "links", s->links);
	json_kuint(&j, "behaviours", s->behaviours);
	json_kuint(&j, "alerts", s->alerts);
	json_kuint(&j, "alerts_open", s->alerts_open);
	json_kuint(&j, "outbox", s->outbox);
	json_kuint(&j, "malformed", s->malformed);
	json_kuint(&j, "gaps", s->gaps);
	json_kuint(&j, "packets", t->packets);
	json_kuint(&j, "bytes", t->bytes);
	json_kuint(&j, "operations", t->operations);
	json_kuint(&j, "replies", t->replies);
	json_kuint(&j, "unanswered", t->unanswered);
	json_key(&j, "counters");
	json_array(&j);
	err = query_counters(q, counter_json, &j);
	json_array_end(&j);
	json_object_end(&j);
	json_line_end(&j);
	return err < 0 ? err : json_flush(&j);
}

static int
counter_line(void *arg, const struct query_counter *c)
{
	(void)arg;
	/* What is zero is no news to a person. */
	if (c->value != 0) {
		printf("  %-28s %14llu  %s\n", c->name,
		    (unsigned long long)c->value, c->sensor);
	}
	return 0;
}

static int
status_table(
    struct query *q, const struct query_status *s, const struct query_totals *t)
{
	char time[CLOCK_STAMP_MAX];

	if (s->stream_ns == 0) {
		printf("nothing seen yet\n");
		return 0;
	}
	clock_rfc3339(time, s->stream_ns);
	printf("seen up to      %s%s\n", time,
	    s->learning ? ", still learning" : "");
	printf("devices         %llu\n", (unsigned long long)s->assets);
	printf("links           %llu, with %llu behaviours\n",
	    (unsigned long long)s->links, (unsigned long long)s->behaviours);
	printf("alerts          %llu, of which %llu open\n",
	    (unsigned long long)s->alerts, (unsigned long long)s->alerts_open);
	printf("to be sent      %llu\n", (unsigned long long)s->outbox);
	printf("packets         %llu, %llu bytes\n",
	    (unsigned long long)t->packets, (unsigned long long)t->bytes);
	printf("operations      %llu, of which %llu replies; %llu requests "
	       "unanswered\n",
	    (unsigned long long)t->operations, (unsigned long long)t->replies,
	    (unsigned long long)t->unanswered);
	printf("violations      %llu; gaps %llu\n",
	    (unsigned long long)s->malformed, (unsigned long long)s->gaps);
	printf("counters\n");
	return query_counters(q, counter_line, NULL);
}

int
cmd_status(const struct options *o)
{
	struct query_status s;
	struct query_totals t;
	struct query *q = NULL;
	int err;

	if ((err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	if ((err = query_status(q, &s)) == 0 &&
	    (err = query_totals(q, &t)) == 0) {
		err = options_has(o, "json") ? status_json(q, &s, &t)
					     : status_table(q, &s, &t);
	}
	query_close(q);
	return output_status(err);
}
