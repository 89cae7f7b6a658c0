/*
 * replay_driver: main() for a fuzzer in every build but clang's libFuzzer.
 *
 * Each argument is a file or a folder of inputs.  Every input goes to
 * LLVMFuzzerTestOneInput in a heap block of exactly its size, so that a
 * sanitizer sees a read of one byte too many.  The result is TAP, one line
 * an argument; an input that crashes is named on standard error, and the
 * missing lines of the plan tell the rest.
 */
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* What libFuzzer calls once before the first input, where there is one. */
extern int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
/* Sanitizers end the process on their own and offer this hook. */
extern void __sanitizer_set_death_callback(void (*)(void))
    __attribute__((weak));

static char current[PATH_MAX];

static void
tell_current(void)
{
	static const char before[] = "# input: ";

	/* Nobody is left to tell when one of these fails. */
	(void)!write(STDERR_FILENO, before, sizeof(before) - 1);
	(void)!write(STDERR_FILENO, current, strlen(current));
	(void)!write(STDERR_FILENO, "\n", 1);
}

static void
on_signal(int sig)
{
	tell_current();
	/* SA_RESETHAND: this time it kills. */
	(void)raise(sig);
}

static void
watch_crashes(void)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	struct sigaction sa = {
	    .sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_NODEFER};

	if (__sanitizer_set_death_callback != NULL) {
		__sanitizer_set_death_callback(tell_current);
		(void)sigaction(SIGABRT, &sa, NULL);
		return;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		(void)sigaction(signals[i], &sa, NULL);
	}
}

/* The whole file in a block of its size; NULL when it cannot be read. */
static uint8_t *
load(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;
	size_t size;

	if (f == NULL) {
		return NULL;
	}
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode)) {
		size = (size_t)st.st_size;
		data = malloc(size);
		if (data != NULL && fread(data, 1, size, f) != size) {
			free(data);
			data = NULL;
		} else {
			*ret_size = size;
		}
	}
	(void)fclose(f);
	return data;
}

static int
run_file(const char *path)
{
	size_t size = 0;
	uint8_t *data;

	(void)snprintf(current, sizeof(current), "%s", path);
	data = load(path, &size);
	if (data == NULL) {
		printf("# cannot read %s\n", path);
		return -1;
	}
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static int
is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* How many inputs ran; -1 when one of them could not be read. */
static int
run_folder(const char *path)
{
	struct dirent **names = NULL;
	char file[PATH_MAX];
	int n, ran = 0;

	n = scandir(path, &names, is_visible, alphasort);
	for (int i = 0; i < n; i++) {
		int len = snprintf(
		    file, sizeof(file), "%s/%s", path, names[i]->d_name);

		free(names[i]);
		if (ran < 0) {
			continue;
		}
		ran = len < (int)sizeof(file) && run_file(file) == 1 ? ran + 1
								     : -1;
	}
	free(names);
	return n < 0 ? -1 : ran;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (LLVMFuzzerInitialize != NULL) {
		(void)LLVMFuzzerInitialize(&argc, &argv);
	}
	watch_crashes();
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		struct stat st;
		int n = -1;

		if (stat(argv[i], &st) == 0) {
			n = S_ISDIR(st.st_mode) ? run_folder(argv[i])
						: run_file(argv[i]);
		}
		/* A folder without inputs would pass and test nothing. */
		failed |= n <= 0;
		printf("%s %d - %s (%d inputs)\n", n > 0 ? "ok" : "not ok", i,
		    argv[i], n > 0 ? n : 0);
	}
	return failed;
}
