/*
 * options: see options.h.
 */
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/options.h"

struct command {
	const char *name, *arguments, *summary;
};

struct option_row {
	const char *name;
	char letter;
	const char *argument, *dflt, *commands, *help;
};

static const struct command command[] = {
#define COMMAND(name, arguments, summary) {#name, arguments, summary},
#include "options.def"
};

static const struct option_row row[] = {
#define OPTION(name, letter, argument, dflt, commands, help) \
	{#name, letter, argument, dflt, commands, help},
#include "options.def"
};

#define NCOMMANDS (sizeof command / sizeof command[0])
#define NROWS     (sizeof row / sizeof row[0])

_Static_assert(NROWS <= OPTIONS_MAX, "raise OPTIONS_MAX");

size_t
options_count(void)
{
	return NROWS;
}

const char *
options_name(size_t i)
{
	assert(i < NROWS);
	return row[i].name;
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (strcmp(command[i].name, name) == 0) {
			return &command[i];
		}
	}
	return NULL;
}

/* Whether a space-separated list has the word. */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	if (strcmp(list, "*") == 0) {
		return true;
	}
	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n) {
		if ((p == list || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0')) {
			return true;
		}
	}
	return false;
}

static size_t
index_of(const char *name)
{
	for (size_t i = 0; i < NROWS; i++) {
		if (strcmp(row[i].name, name) == 0) {
			return i;
		}
	}
	assert(!"no such option");
	return 0;
}

const char *
options_get(const struct options *o, const char *name)
{
	return o->value[index_of(name)];
}

bool
options_has(const struct options *o, const char *name)
{
	return options_get(o, name) != NULL;
}

const char *
options_each(const struct options *o, const char *name, unsigned i)
{
	size_t at = index_of(name);

	return i < o->times[at] ? o->all[at][i] : NULL;
}

bool
options_is_for(const char *name, const char *command_name)
{
	for (size_t i = 0; i < NROWS; i++) {
		if (strcmp(row[i].name, name) == 0) {
			return has_word(row[i].commands, command_name);
		}
	}
	return false;
}

int
options_from_file(struct options *o, const char *name, const char *value)
{
	size_t i = index_of(name);
	char *copy;

	if (o->times[i] > 0 && !o->by_file[i]) {
		return 0;
	}
	if (row[i].argument == NULL) {
		if (strcmp(value, "no") == 0) {
			return 0;
		}
		if (strcmp(value, "yes") != 0) {
			return ERR_CONFIG;
		}
		value = "";
	}
	if (o->times[i] >= OPTION_TIMES || (copy = strdup(value)) == NULL) {
		return ERR_CONFIG;
	}
	/* Lives as long as the program, like the command line. */
	o->by_file[i] = true;
	o->value[i] = copy;
	o->all[i][o->times[i]++] = copy;
	return 0;
}

static int
set(struct options *o, size_t i, const char *value, FILE *err)
{
	if (o->times[i] >= OPTION_TIMES) {
		fprintf(err, "otus: --%s is given more than %d times\n",
		    row[i].name, OPTION_TIMES);
		return ERR_USAGE;
	}
	o->value[i] = value != NULL ? value : "";
	o->all[i][o->times[i]++] = o->value[i];
	return 0;
}

/* getopt's own tables, from options.def, for one command. */
static void
make_tables(const char *name, struct option *longs, char *shorts)
{
	size_t n = 0;

	*shorts++ = ':';
	for (size_t i = 0; i < NROWS; i++) {
		if (!has_word(row[i].commands, name)) {
			continue;
		}
		longs[n].name = row[i].name;
		longs[n].has_arg =
		    row[i].argument != NULL ? required_argument : no_argument;
		longs[n].flag = NULL;
		longs[n++].val = 256 + (int)i;
		if (row[i].letter != 0) {
			*shorts++ = row[i].letter;
			if (row[i].argument != NULL) {
				*shorts++ = ':';
			}
		}
	}
	memset(&longs[n], 0, sizeof longs[n]);
	*shorts = '\0';
}

static size_t
row_of(int c)
{
	if (c >= 256) {
		return (size_t)c - 256;
	}
	for (size_t i = 0; i < NROWS; i++) {
		if (row[i].letter == c) {
			return i;
		}
	}
	return NROWS;
}

static int
complain(int c, const char *command_name, char **argv, FILE *err)
{
	const char *word = argv[optind - 1];

	if (c == ':') {
		fprintf(err, "otus: %s needs a value; see 'otus help %s'\n",
		    word, command_name);
	} else {
		fprintf(err,
		    "otus: 'otus %s' does not know %s; see 'otus help %s'\n",
		    command_name, word, command_name);
	}
	return ERR_USAGE;
}

int
options_parse(struct options *o, int argc, char **argv, FILE *err)
{
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 2];
	int c;

	memset(o, 0, sizeof *o);
	if (argc < 2) {
		fprintf(err, "otus: which command? See 'otus help'\n");
		return ERR_USAGE;
	}
	o->command = argv[1];
	if (strcmp(o->command, "--help") == 0 ||
	    strcmp(o->command, "-h") == 0) {
		o->command = "help";
	} else if (strcmp(o->command, "--version") == 0) {
		o->command = "version";
	}
	if (find_command(o->command) == NULL) {
		fprintf(err, "otus: no command '%s'; see 'otus help'\n",
		    o->command);
		return ERR_USAGE;
	}
	for (size_t i = 0; i < NROWS; i++) {
		o->value[i] = row[i].dflt;
	}
	make_tables(o->command, longs, shorts);
	opterr = 0;
	optind = 2;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = row_of(c);

		if (c == ':' || c == '?' || i >= NROWS) {
			return complain(c, o->command, argv, err);
		}
		if (set(o, i, optarg, err) < 0) {
			return ERR_USAGE;
		}
	}
	o->args = argv + optind;
	o->nargs = argc - optind;
	return 0;
}

int
options_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	unsigned long long v;
	char *end;

	errno = 0;
	if (*text < '0' || *text > '9') {
		return ERR_USAGE;
	}
	v = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max) {
		return ERR_USAGE;
	}
	*ret = v;
	return 0;
}

int
options_time(const char *text, uint64_t *ret_ns)
{
	static const struct {
		char unit;
		uint64_t s;
	} unit[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t n = strlen(text);
	char digits[16];
	uint64_t v;

	if (n < 2 || n >= sizeof digits) {
		return ERR_USAGE;
	}
	memcpy(digits, text, n - 1);
	digits[n - 1] = '\0';
	if (options_number(digits, 0, 100000000, &v) < 0) {
		return ERR_USAGE;
	}
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		if (unit[i].unit == text[n - 1]) {
			*ret_ns = v * unit[i].s * NS_PER_SEC;
			return 0;
		}
	}
	return ERR_USAGE;
}

/* --- help ---------------------------------------------------------------- */

static void
wrap(FILE *f, const char *text, int indent, int column)
{
	const char *p = text;

	while (*p != '\0') {
		int n = (int)strcspn(p, " ");

		if (column + n > 78) {
			fprintf(f, "\n%*s", indent, "");
			column = indent;
		}
		fprintf(f, "%.*s", n, p);
		column += n;
		p += n;
		while (*p == ' ') {
			p++;
			if (column < 78) {
				fputc(' ', f);
			}
			column++;
		}
	}
	fputc('\n', f);
}

static void
help_option(FILE *f, const struct option_row *r)
{
	char left[64];
	int n;

	n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s",
	    r->letter != 0 ? '-' : ' ', r->letter != 0 ? r->letter : ' ',
	    r->letter != 0 ? "," : " ", r->name, r->argument != NULL ? " " : "",
	    r->argument != NULL ? r->argument : "");
	if (n < 28) {
		fprintf(f, "%-28s", left);
	} else {
		fprintf(f, "%s\n%28s", left, "");
	}
	wrap(f, r->help, 28, 28);
	if (r->dflt != NULL) {
		fprintf(f, "%28s(default %s)\n", "", r->dflt);
	}
}

static void
help_overview(FILE *f)
{
	fputs("otus: a passive monitor and asset inventory for plant and "
	      "building networks\n\n"
	      "usage: otus COMMAND [OPTIONS] [FILE...]\n\ncommands:\n",
	    f);
	for (size_t i = 0; i < NCOMMANDS; i++) {
		char left[40];

		snprintf(left, sizeof left, "%s%s%s", command[i].name,
		    command[i].arguments[0] != '\0' ? " " : "",
		    command[i].arguments);
		fprintf(f, "  %-20s  ", left);
		wrap(f, command[i].summary, 24, 24);
	}
	fputs("\n'otus help COMMAND' explains a command and its options.\n", f);
}

void
options_help(FILE *f, const char *name)
{
	const struct command *c = name != NULL ? find_command(name) : NULL;

	if (c == NULL) {
		help_overview(f);
		return;
	}
	fprintf(f, "usage: otus %s [OPTIONS]%s%s\n\n", c->name,
	    c->arguments[0] != '\0' ? " " : "", c->arguments);
	wrap(f, c->summary, 0, 0);
	fputs("\noptions:\n", f);
	for (size_t i = 0; i < NROWS; i++) {
		if (has_word(row[i].commands, c->name)) {
			help_option(f, &row[i]);
		}
	}
}

void
options_mdoc(FILE *f)
{
	fputs(".Sh COMMANDS\n.Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < NCOMMANDS; i++) {
		fprintf(f, ".It Cm %s%s%s\n%s.\n", command[i].name,
		    command[i].arguments[0] != '\0' ? " " : "",
		    command[i].arguments, command[i].summary);
	}
	fputs(".El\n.Sh OPTIONS\n.Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < NROWS; i++) {
		fputs(".It ", f);
		if (row[i].letter != 0) {
			fprintf(f, "Fl %c , ", row[i].letter);
		}
		fprintf(f, "Fl Fl %s", row[i].name);
		if (row[i].argument != NULL) {
			fprintf(f, " Ar %s", row[i].argument);
		}
		fprintf(f, "\n%s.\n", row[i].help);
		if (row[i].dflt != NULL) {
			fprintf(f, "Default: %s.\n", row[i].dflt);
		}
		fprintf(f, "For: %s.\n",
		    strcmp(row[i].commands, "*") == 0 ? "every command"
						      : row[i].commands);
	}
	fputs(".El\n", f);
}
