# stations: network namespaces on one bridge, and recordings of what they say.
# Read by the recording scripts.  Needs root.
# shellcheck shell=bash

tag=otrec$$
out=test-pcaps/real
pids=()

if [ "$(id -u)" != 0 ]; then
	echo "${0##*/}: needs root, for network namespaces" >&2
	exit 1
fi

cleanup() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait
	rm -f "$out"/*.pcap.new "$out"/*.pcap.log
	ip netns list | sed -n "s/^\($tag[^ ]*\).*/\1/p" |
	    while read -r ns; do ip netns del "$ns"; done
}
trap cleanup EXIT

in_ns() {
	local ns=$1
	shift
	ip netns exec "$tag$ns" "$@"
}

bridge() {
	ip netns add "${tag}sw"
	in_ns sw sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	in_ns sw ip link add br0 type bridge
	in_ns sw ip link set br0 up
}

# A station: namespace, address, MAC, and the bridge's end of its link.
# Offloads are off, so that segments and checksums are those of a wire.
station() {
	local ns=$1 addr=$2 mac=$3

	ip netns add "$tag$ns"
	in_ns "$ns" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
	in_ns "$ns" ip link set lo up
	ip link add "p$ns" netns "${tag}sw" type veth \
	    peer name eth0 netns "$tag$ns"
	in_ns sw ip link set "p$ns" master br0 up
	in_ns "$ns" ip link set eth0 address "$mac" up
	in_ns "$ns" ip addr add "$addr/24" dev eth0
	in_ns "$ns" ethtool -K eth0 tx off tso off gso off gro off >/dev/null
	in_ns sw ethtool -K "p$ns" tx off tso off gso off gro off >/dev/null
}

# start_capture NAME NAMESPACE INTERFACE
start_capture() {
	file=$out/$1.pcap
	mkdir -p "$out"
	# dumpcap says when it has opened the interface
	ip netns exec "$tag$2" dumpcap -q -P -i "$3" -w "$file.new" \
	    2>"$file.log" &
	capture_pid=$!
	pids+=("$capture_pid")
	for _ in $(seq 100); do
		grep -qs '^File:' "$file.log" && return
		sleep 0.05
	done
	cat "$file.log" >&2
	exit 1
}

stop_capture() {
	# what is in its buffer comes within a second
	sleep 1.5
	kill "$capture_pid"
	wait "$capture_pid" || true
	mv "$file.new" "$file"
	rm "$file.log"
	echo "wrote $file"
}
