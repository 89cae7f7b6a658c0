#!/bin/sh
#
# Compares decode with tshark, frame by frame: innermost addresses, ports,
# bytes of payload, VLAN ids.  Captures that hold something special come from
# ../shared/pcaps where it is present.  BUILD names the build folder.
#
# Where both differ on purpose, it is not a difference:
#  - tshark reads ports out of first fragments; decode leaves them to frag
#  - VLAN id 0 is a priority and no VLAN; tshark has service tags elsewhere
#  - a packet whose IP length goes beyond its frame was cut (decode.h); tshark
#    shortens it
#  - tshark goes on behind a broken header; decode does not
set -u

pcaps=../shared/pcaps
dump=${BUILD:-build}/sensor/net/decode_dump_tool
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

captures() {
	for pattern in '*erspan*' '*mpls*' '*vlan*' '*vxlan*' '*gre*' \
	    '*pppoe*' \
	    '*tunnels__*' '*ipv6*frag*' '*fragmented-[1-4]*' '*teredo*' \
	    '*raw_ip*' '*MSTP*' '*llc*' '*sll*' '*arp*' '*linux*' \
	    '*ossfuzz*' '*snaplen*' '*trunc__*' '*icsnpp-cotp*/*cotp.pcap' \
	    '*modbus_test_1*' '*atomic*' '*ip4in6*' '*6in4*'; do
		find "$pcaps" -type f -path "$pattern" -size -2000k \
		    ! -name '*.csv' ! -path '*heapoverflow*' ! -path '*oobr*' \
		    ! -path '*fuzz*' ! -path '*asan*' ! -path '*ppp-ip*'
	done | sort -u | head -n 100
}

if ! command -v tshark >/dev/null 2>&1 || [ ! -d "$pcaps" ]; then
	echo "1..0 # SKIP needs tshark and $pcaps"
	exit 0
fi
if [ ! -x "$dump" ]; then
	echo "Bail out! $dump is not there: make tests"
	exit 1
fi

# One line a frame: number|protocols|ip.src|ip.dst|ipv6.src|ipv6.dst|tcp ports
# and length|udp ports and length|vlan
other() {
	tshark -n -r "$1" -o ip.defragment:FALSE -o ipv6.defragment:FALSE \
	    -o tcp.desegment_tcp_streams:FALSE --disable-protocol gtp \
	    --disable-protocol geneve --disable-protocol l2tp \
	    --disable-protocol teredo --disable-protocol ayiya \
	    -T fields -E separator='|' -E occurrence=a -E aggregator=, \
	    -e frame.number -e frame.protocols -e ip.src -e ip.dst \
	    -e ipv6.src -e ipv6.dst -e tcp.srcport -e tcp.dstport -e tcp.len \
	    -e udp.srcport -e udp.dstport -e udp.length -e vlan.id \
	    -e ieee8021ad.id -e ip.len -e frame.len 2>/dev/null
}

cat >"$work/compare.awk" <<'EOF'
function nth(list, n,    a, k) {
	k = split(list, a, ",")
	return n <= k ? a[n] : ""
}
function forget() {
	src = dst = ""; sport = dport = 0; bytes = -1
}
FILENAME == ARGV[1] { mine[$1] = $0; next }
{
	if (!($1 in mine)) {
		next # tshark reads on behind damage of the file
	}
	split(mine[$1], m, "|")
	if (m[2] == "bad" || m[2] == "deep" || m[2] == "cut") {
		next
	}
	forget()
	n4 = n6 = nt = nu = 0
	layers = split($2, layer, ":")
	for (i = 1; i <= layers; i++) {
		l = layer[i]
		if (l == "eth") {
			forget()
		} else if (l == "ip" || l == "ipv6") {
			forget()
			if (l == "ip") {
				n4++; src = nth($3, n4); dst = nth($4, n4)
			} else {
				n6++; src = nth($5, n6); dst = nth($6, n6)
			}
		} else if (l == "tcp") {
			nt++; sport = nth($7, nt); dport = nth($8, nt)
			bytes = nth($9, nt)
		} else if (l == "udp") {
			nu++; sport = nth($10, nu); dport = nth($11, nu)
			bytes = nth($12, nu) - 8
		} else if (l == "icmp" || l == "icmpv6") {
			break # what it quotes is not this packet
		}
	}
	if (m[4] == "frag") {
		sport = dport = 0; bytes = -1
	}
	if ($15 != "" && index($15, ",") == 0 && $15 + 0 > $16 + 0) {
		bytes = -1
	}
	tags = $14 "," $13
	gsub(/(^|,)0(,|$)/, ",", tags)
	gsub(/,+/, ",", tags); gsub(/^,|,$/, "", tags)
	total++
	if (m[5] != src || m[6] != dst || m[7] != sport || m[8] != dport ||
	    (bytes >= 0 && m[9] != bytes) || m[10] != tags) {
		differ++
		if (differ <= 3) {
			print "# decode: " mine[$1]
			print "# tshark: " $0
		}
	}
}
END { print total + 0, differ + 0 > result }
EOF

captures >"$work/list"
echo "1..$(wc -l <"$work/list")"
number=0
failed=0
frames=0
while read -r file; do
	number=$((number + 1))
	name=${file#"$pcaps"/}
	"$dump" "$file" >"$work/mine" 2>/dev/null
	other "$file" >"$work/other"
	awk -F'|' -v result="$work/result" -f "$work/compare.awk" \
	    "$work/mine" "$work/other"
	read -r total differ <"$work/result"
	frames=$((frames + total))
	if [ ! -s "$work/mine" ] && [ -s "$work/other" ]; then
		differ=all
	fi
	if [ "$differ" = 0 ]; then
		echo "ok $number - $name ($total frames)"
	else
		failed=1
		echo "not ok $number - $name: $differ of $total differ"
	fi
done <"$work/list"
echo "# $frames frames compared"
exit $failed
