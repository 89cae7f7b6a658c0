#!/bin/sh
# ui.sh: prints the files that the program serves as C, so that it needs
# nothing installed beside it: web/ui/* at /NAME (index.html also at /), and
# web/openapi.json at /api/openapi.json.
#
# The entity tag is the hash of the content: it changes when the file does and
# not when the program is built again.
set -eu
LC_ALL=C
export LC_ALL
cd "${0%/*}"

type_of() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.js) echo 'text/javascript; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.svg) echo 'image/svg+xml' ;;
	*.json) echo 'application/json' ;;
	*)
		echo "$1: of no known type" >&2
		exit 1
		;;
	esac
}

# row FILE PATH: a row of the table
row() {
	n=$(echo "$1" | tr -c 'a-z0-9\n' _)
	tag=$(sha256sum <"$1")
	tag=${tag%% *}
	type=$(type_of "$1")
	printf '    {"%s", "%s", "\\"%.32s\\"", file_%s, sizeof(file_%s)},\n' \
	    "$2" "$type" "$tag" "$n" "$n"
}

data() {
	printf 'static const uint8_t file_%s[] = {\n' \
	    "$(echo "$1" | tr -c 'a-z0-9\n' _)"
	od -An -v -tu1 "$1" | sed -e 's/^ *//' -e 's/  */,/g' -e 's/$/,/'
	printf '};\n'
}

for f in ui/* openapi.json; do
	data "$f"
done
printf 'static const struct ui_file ui_files[] = {\n'
row ui/index.html /
for f in ui/*; do
	row "$f" "/${f#ui/}"
done
row openapi.json /api/openapi.json
printf '};\n'
