#!/bin/sh
# Tests the driver that replays fuzz inputs: it must not pass where nothing
# was tested.  Prints TAP.
set -u
fuzz=${BUILD:-build}/sensor/base/json_fuzz
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/full" "$dir/empty"
printf a >"$dir/full/one"
: >"$dir/full/zero"
n=0

check() { # description, wanted status, wanted text, arguments
	what=$1 status=$2 text=$3
	shift 3
	out=$("$fuzz" "$@" 2>&1)
	got=$?
	n=$((n + 1))
	if [ "$got" -eq "$status" ] &&
	    printf '%s\n' "$out" | grep -qxF "$text"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
}

echo 1..5
check "folder of inputs passes" 0 "ok 1 - $dir/full (2 inputs)" "$dir/full"
check "single file passes" 0 "ok 1 - $dir/full/one (1 inputs)" \
    "$dir/full/one"
check "empty folder fails" 1 "not ok 1 - $dir/empty (0 inputs)" "$dir/empty"
check "missing folder fails" 1 "not ok 1 - $dir/none (0 inputs)" "$dir/none"
check "the others still run" 1 "ok 2 - $dir/full (2 inputs)" "$dir/none" \
    "$dir/full"
