#!/bin/sh
# The rule files inside the program are the rule files of this folder: made
# again they come out the same, and read back they are the same bytes.
set -u
BUILD=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

check() { # description, exit code
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

# Prints what a generated file holds, by the C compiler.
read_back() { # generated file
	cat >"$tmp/p.c" <<-END
		#include <stddef.h>
		#include <stdio.h>
		static const struct { const char *name, *text; size_t n; } f[] = {
		#include "$1"
		};
		int main(void)
		{
			for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++)
				fwrite(f[i].text, 1, f[i].n, stdout);
			return 0;
		}
	END
	"${CC:-cc}" -std=c17 -o "$tmp/p" "$tmp/p.c" && "$tmp/p"
}

rules/builtin.sh rules/*.rules >"$tmp/a.inc" &&
	cmp "$tmp/a.inc" "$BUILD/rules/builtin.inc"
check "made again it is the same" $?

# Backwards, from elsewhere, in a locale that sorts otherwise.
top=$PWD
set --
for f in rules/*.rules; do
	set -- "$top/$f" "$@"
done
(cd / && LC_ALL=en_US.UTF-8 "$top/rules/builtin.sh" "$@") >"$tmp/b.inc" &&
	cmp "$tmp/a.inc" "$tmp/b.inc"
check "order, place and locale do not matter" $?

read_back "$tmp/a.inc" >"$tmp/a.out" &&
	LC_ALL=C sh -c 'cat rules/*.rules' | cmp - "$tmp/a.out"
check "read back it is the rule files" $?

# What C might take for something else: escapes, trigraphs, quotes, UTF-8.
cat >"$tmp/odd.rules" <<'END'
# "quoted" \n \\ \" ??/ ??= %d 'single' Kühlung 温度
	tab and trailing blank 

END
rules/builtin.sh "$tmp/odd.rules" >"$tmp/c.inc" &&
	read_back "$tmp/c.inc" | cmp - "$tmp/odd.rules"
check "odd characters come back as they were" $?

printf '[a]\nb = c' >"$tmp/cut.rules"
! rules/builtin.sh "$tmp/cut.rules" >/dev/null 2>&1
check "a file without its last line end is refused" $?

printf '[a]\r\n' >"$tmp/cr.rules"
! rules/builtin.sh "$tmp/cr.rules" >/dev/null 2>&1
check "a file with CR LF is refused" $?

echo "1..$n"
