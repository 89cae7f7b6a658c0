/*
 * otus check: the configuration and the rules, without starting anything.
 */
#include "cli/cli.h"
#include "cli/settings.h"
#include "rules/rules.h"
#include "web/listen.h"

static void
tell(void *arg, const struct rules_problem *p)
{
	unsigned *n = arg;

	(*n)++;
	fprintf(stderr, "otus: %s:%d: %s%s%s\n", p->file, p->line,
	    p->rule[0] != '\0' ? p->rule : "", p->rule[0] != '\0' ? ": " : "",
	    p->reason);
}

int
cmd_check(const struct options *given)
{
	struct options o = *given;
	struct settings s;
	char why[WEB_WHY_MAX];
	unsigned problems = 0;
	size_t loaded = 0;
	int err = 0, rc;

	if ((rc = settings_load(&o, stderr)) < 0 ||
	    (rc = settings_check(&o, &s, stderr)) < 0) {
		err = rc;
	} else if (web_check_listen(s.listen, NULL, NULL, why) < 0) {
		fprintf(stderr, "otus: --listen: %s\n", why);
		err = ERR_CONFIG;
	}
	rc = rules_check(options_get(&o, "rules"), tell, &problems, &loaded);
	if (rc < 0 && problems == 0) {
		fprintf(stderr, "otus: rules: %s\n", err_text(rc));
	}
	if (err == 0) {
		err = rc;
	}
	if (err == 0) {
		printf(
		    "the configuration is right; %zu rules loaded\n", loaded);
	}
	return err == 0 ? 0 : err_exit_code(ERR_CONFIG);
}
