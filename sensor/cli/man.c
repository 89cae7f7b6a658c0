/*
 * The man page, from the same lists as the program itself: options.def for
 * commands and options, err.def for exit codes.  `otus help man` prints it;
 * the build makes otus.1 of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/man.h"

static const char head[] =
    ".Dd November 21, 2026\n"
    ".Dt OTUS 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm otus\n"
    ".Nd passive monitor and asset inventory for plant and building networks\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Ar command\n"
    ".Op Ar options\n"
    ".Op Ar file ...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "listens on a mirror port and never transmits there.\n"
    "It tells which devices there are, who talks to whom, who wrote which\n"
    "point, and what of this is new.\n"
    ".Pp\n"
    ".Cm read\n"
    "and\n"
    ".Cm dissect\n"
    "take captures (pcap, pcapng, folders of them, or\n"
    ".Ar -\n"
    "for standard input);\n"
    ".Cm run\n"
    "watches interfaces.\n"
    "State lives in one directory; only one writer has it at a time.\n";

static const char files[] = ".Sh FILES\n"
			    ".Bl -tag -width Ds\n"
			    ".It Pa ./otus-data\n"
			    "state, when run from a checkout\n"
			    ".It Pa /var/lib/otus\n"
			    "state, when installed\n"
			    ".El\n";

static const char tail[] =
    ".Sh EXAMPLES\n"
    "An inventory out of a capture:\n"
    ".Pp\n"
    ".Dl otus read --data plant plant.pcapng\n"
    ".Dl otus assets --data plant\n"
    ".Pp\n"
    "Every write in it:\n"
    ".Pp\n"
    ".Dl otus dissect plant.pcapng | grep '\"class\":\"write\"'\n"
    ".Pp\n"
    "What the plant's own register says, beside what was heard:\n"
    ".Pp\n"
    ".Dl otus import --data plant register.csv\n"
    ".Dl otus import --data plant --apply register.csv\n"
    ".Dl otus reconcile --data plant\n"
    ".Pp\n"
    "Live, with alerts sent to a receiver:\n"
    ".Pp\n"
    ".Dl otus run --interface eth1 --syslog siem.example:601\n";

/* Each exit code once, with all that it stands for. */
static void
exit_codes(FILE *f)
{
	fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\nsuccess\n", f);
	for (int code = 1; code < 128; code++) {
		int n = 0;

		for (int e = 1; e < ERR_COUNT_; e++) {
			if (err_exit_code(e) != code) {
				continue;
			}
			if (n++ == 0) {
				fprintf(f, ".It %d\n%s", code, err_text(e));
			} else {
				fprintf(f, "; %s", err_text(e));
			}
		}
		if (n > 0) {
			fputc('\n', f);
		}
	}
	fputs(".El\n", f);
}

void
man_print(FILE *f)
{
	fputs(head, f);
	options_mdoc(f);
	fputs(files, f);
	exit_codes(f);
	fputs(tail, f);
}
