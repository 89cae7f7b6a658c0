#!/bin/sh
# builtin.sh FILE...: prints rule files as initialisers of struct builtin_file,
# in the order of their names and in nothing else's.
set -eu
LC_ALL=C
export LC_ALL

quote() {
	# Backslashes, quotes, and question marks (trigraphs of -std=c17).
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' \
	    -e 's/^/	"/' -e 's/$/\\n"/' "$1"
}

for f in "$@"; do
	printf '%s %s\n' "${f##*/}" "$f"
done | sort | while read -r name f; do
	# A missing line end or a CR would not come back as it was.
	if [ -n "$(tail -c 1 "$f")" ] || grep -q "$(printf '\r')" "$f"; then
		echo "$f: lines must end in one LF each" >&2
		exit 1
	fi
	printf '    {"%s",\n' "$name"
	quote "$f"
	printf '\t, %d},\n' "$(wc -c <"$f")"
done
