#!/bin/sh
# maker.sh DIR: prints IEEE's registries of MAC addresses, as Debian's
# ieee-data has them, as C: prefixes of 24, 28 and 36 bits in order, and the
# names that they belong to.
#
#	MA-L,AABBCC,"Some, Inc.",address...        the second and third column
set -eu
LC_ALL=C
export LC_ALL
dir=$1

for f in oui.csv mam.csv oui36.csv; do
	if [ ! -r "$dir/$f" ]; then
		echo "maker.sh: no $dir/$f; 'make deps' installs ieee-data" >&2
		exit 1
	fi
done

# Prefix in nine digits, number of its digits, name.
cat "$dir/oui.csv" "$dir/mam.csv" "$dir/oui36.csv" | tr -d '\r' | awk -F, '
	$2 !~ /^[0-9A-F]+$/ || length($2) > 9 { next }
	{
		name = substr($0, length($1) + length($2) + 3)
		if (name ~ /^"/) {
			name = substr(name, 2)
			gsub(/""/, "\001", name)
			sub(/".*/, "", name)
			gsub(/\001/, "\"", name)
		} else {
			sub(/,.*/, "", name)
		}
		gsub(/[\t ]+/, " ", name)
		sub(/^ /, "", name)
		sub(/ $/, "", name)
		# Blocks that are divided further, and owners that hide.
		if (name == "IEEE Registration Authority" ||
		    name == "Private" || name == "") {
			next
		}
		print substr($2 "000", 1, 9) "\t" length($2) "\t" name
	}' | sort -u | awk -F'\t' '
	!($3 in at) {
		at[$3] = size
		size += length($3) + 1
		names[count++] = $3
	}
	{ rows[$2] = rows[$2] sprintf("\t{0x%s, %d},\n", $1, at[$3]) }
	END {
		printf "static const struct row rows24[] = {\n%s};\n", rows[6]
		printf "static const struct row rows28[] = {\n%s};\n", rows[7]
		printf "static const struct row rows36[] = {\n%s};\n", rows[9]
		print "static const char names[] ="
		for (i = 0; i < count; i++) {
			gsub(/\\/, "\\\\", names[i])
			gsub(/"/, "\\\"", names[i])
			gsub(/\?/, "\\?", names[i])
			printf "\t\"%s\\0\"\n", names[i]
		}
		print "\t;"
	}'
