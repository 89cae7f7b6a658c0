#!/bin/sh
# The vocabulary is written twice: for the compiler (event.def) and for
# readers of the output (events.schema.json).  This holds one to the other.
# Prints TAP.
set -u
cd "$(dirname "$0")" || exit 1

words() { # macro
	sed -n "s/^$1([A-Z0-9_]*, *\"\([a-z_]*\)\").*/\1/p" event.def |
	    grep . | sort
}

# Words of the schema below a path of keys, as enum or as properties.
schema() { # keys
	python3 - "$@" <<'PY' | sort
import json, sys
node = json.load(open("events.schema.json"))
for key in sys.argv[1:]:
    node = node[key]
print("\n".join(node))
PY
}

n=0
same() { # description, words of event.def, words of the schema
	n=$((n + 1))
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf 'event.def: %s\nschema: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

echo 1..4
same "kinds agree" "$(words EV_KIND)" "$(schema properties kind enum)"
same "classes agree" "$(words EV_CLASS)" "$(schema "\$defs" class enum)"
same "directions agree" "$(words EV_DIR)" "$(schema properties dir enum)"
same "common fields agree" "$(words EV_FIELD)" \
    "$(schema "\$defs" common properties)"
