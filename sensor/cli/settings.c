/*
 * settings: see settings.h.  The configuration file is INI without sections;
 * its keys are the long options of `otus run`.
 */
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/settings.h"
#include "run/run.h"
#include "run/target.h"

#define FILE_MAX_ (64 * 1024)

struct loading {
	struct options *o;
	const char *path;
	FILE *err;
	char why[160];
};

static int
take(void *arg, const char *section, const char *name, const char *value)
{
	struct loading *l = arg;

	if (section[0] != '\0') {
		snprintf(l->why, sizeof l->why,
		    "sections are not used here: [%.40s]", section);
		return 0;
	}
	if (!options_is_for(name, "run") || strcmp(name, "config") == 0) {
		snprintf(l->why, sizeof l->why,
		    "no setting '%.40s'; 'otus help run' lists them", name);
		return 0;
	}
	if (options_from_file(l->o, name, value) < 0) {
		snprintf(l->why, sizeof l->why,
		    "'%.40s' takes yes or no, and is given at most %d times",
		    name, OPTION_TIMES);
		return 0;
	}
	return 1;
}

int
settings_load(struct options *o, FILE *err)
{
	const char *path = options_get(o, "config");
	struct loading l = {o, path, err, ""};
	FILE *f;
	int line;

	if (path == NULL) {
		return 0;
	}
	f = fopen(path, "re");
	if (f == NULL) {
		fprintf(err, "otus: %s: %s\n", path, strerror(errno));
		return ERR_CONFIG;
	}
	if (fseek(f, 0, SEEK_END) != 0 || ftell(f) > FILE_MAX_) {
		fprintf(err, "otus: %s: larger than %d KiB, or no file\n", path,
		    FILE_MAX_ / 1024);
		(void)fclose(f);
		return ERR_CONFIG;
	}
	rewind(f);
	line = ini_parse_file(f, take, &l);
	(void)fclose(f);
	if (line != 0) {
		fprintf(err, "otus: %s:%d: %s\n", path, line,
		    l.why[0] != '\0' ? l.why : "not 'key = value'");
		return ERR_CONFIG;
	}
	return 0;
}

/* --- checks -------------------------------------------------------------- */

static bool
is_iface_name(const char *s, size_t n)
{
	/* IFNAMSIZ is 16 with the NUL. */
	if (n == 0 || n > 15) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '/' || s[i] <= ' ' || s[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

static int
add_ifaces(struct settings *s, const char *list, FILE *err)
{
	for (const char *p = list; *p != '\0';) {
		size_t n = strcspn(p, ",");

		if (!is_iface_name(p, n)) {
			fprintf(err,
			    "otus: --interface: '%.*s' is no interface "
			    "name\n",
			    (int)(n < 40 ? n : 40), p);
			return ERR_CONFIG;
		}
		if (s->nifaces == SETTINGS_IFACES_MAX) {
			fprintf(err, "otus: --interface: at most %d of them\n",
			    SETTINGS_IFACES_MAX);
			return ERR_CONFIG;
		}
		memcpy(s->iface[s->nifaces], p, n);
		s->iface[s->nifaces++][n] = '\0';
		p += n + (p[n] == ',');
	}
	return 0;
}

static int
number(const struct options *o, const char *name, uint64_t min, uint64_t max,
    uint64_t *ret, FILE *err)
{
	if (options_number(options_get(o, name), min, max, ret) == 0) {
		return 0;
	}
	fprintf(err, "otus: --%s takes a number from %llu to %llu, not '%s'\n",
	    name, (unsigned long long)min, (unsigned long long)max,
	    options_get(o, name));
	return ERR_CONFIG;
}

static int
check_syslog(const struct settings *s, FILE *err)
{
	char host[RUN_TEXT_MAX];
	uint16_t port;

	if (strcmp(s->syslog_format, "rfc5424") != 0 &&
	    strcmp(s->syslog_format, "cef") != 0 &&
	    strcmp(s->syslog_format, "json") != 0) {
		fprintf(err,
		    "otus: --syslog-format is rfc5424, cef or json, not "
		    "'%s'\n",
		    s->syslog_format);
		return ERR_CONFIG;
	}
	if (s->syslog == NULL) {
		return 0;
	}
	if (target_parse(s->syslog, host, &port) < 0) {
		fprintf(err, "otus: --syslog takes HOST:PORT, not '%s'\n",
		    s->syslog);
		return ERR_CONFIG;
	}
	return 0;
}

int
settings_check(const struct options *o, struct settings *ret, FILE *err)
{
	struct settings s = {0};
	uint64_t ring, snap, sensors;
	const char *value;
	int bad = 0;

	datadir(o, s.dir);
	s.rules = options_get(o, "rules");
	for (unsigned i = 0; (value = options_each(o, "interface", i)) != NULL;
	     i++) {
		bad |= add_ifaces(&s, value, err);
	}
	bad |= number(o, "sensors", 1, SETTINGS_SENSORS_MAX, &sensors, err);
	bad |= number(o, "ring", 1, 4096, &ring, err);
	bad |= number(o, "snaplen", 64, 262144, &snap, err);
	s.filter = options_get(o, "filter");
	s.user = options_get(o, "user");
	s.listen = options_get(o, "listen");
	s.syslog = options_get(o, "syslog");
	s.syslog_format = options_get(o, "syslog-format");
	s.second = !options_has(o, "no-second");
	if (options_time(options_get(o, "learn"), &s.learn_ns) < 0) {
		fprintf(err,
		    "otus: --learn takes a time such as 30s, 20m, 24h or 7d, "
		    "not '%s'\n",
		    options_get(o, "learn"));
		bad = ERR_CONFIG;
	}
	if (s.filter != NULL && strlen(s.filter) > 255) {
		fprintf(err, "otus: --filter is longer than 255 characters\n");
		bad = ERR_CONFIG;
	}
	bad |= check_syslog(&s, err);
	if (bad != 0) {
		return ERR_CONFIG;
	}
	s.sensors = (unsigned)sensors;
	s.ring_mib = (uint32_t)ring;
	s.snaplen = (uint32_t)snap;
	*ret = s;
	return 0;
}

void
settings_print(const struct settings *s, FILE *f)
{
	fprintf(f, "data = %s\n", s->dir);
	if (s->rules != NULL) {
		fprintf(f, "rules = %s\n", s->rules);
	}
	for (unsigned i = 0; i < s->nifaces; i++) {
		fprintf(f, "interface = %s\n", s->iface[i]);
	}
	fprintf(f, "sensors = %u\nring = %u\nsnaplen = %u\n", s->sensors,
	    s->ring_mib, s->snaplen);
	if (s->filter != NULL) {
		fprintf(f, "filter = %s\n", s->filter);
	}
	fprintf(f, "user = %s\nlisten = %s\n", s->user, s->listen);
	if (s->syslog != NULL) {
		fprintf(f, "syslog = %s\n", s->syslog);
	}
	fprintf(f, "syslog-format = %s\nlearn = %llus\n", s->syslog_format,
	    (unsigned long long)(s->learn_ns / NS_PER_SEC));
	if (!s->second) {
		fprintf(f, "no-second = yes\n");
	}
}
