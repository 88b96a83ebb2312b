#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the project's own captures from real traffic between two network namespaces on this machine, and removes the namespaces again.
# Needs root, iproute2, iputils-ping, python3, and dumpcap, editcap and tshark (Debian's package tshark).
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
client=rtfm-client-$$ server=rtfm-server-$$
pids=()

clean_up() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    ip netns del "$client" 2>/dev/null || true
    ip netns del "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

at_client() { ip netns exec "$client" "$@"; }
at_server() { ip netns exec "$server" "$@"; }

# Two hosts on one wire: 192.0.2.0/24 and 2001:db8::/64, and the same again in VLAN 42.
ip netns add "$client"
ip netns add "$server"
ip -n "$client" link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 netns "$server" address 02:00:00:00:00:02
for side in 1 2; do
    host=$([[ $side == 1 ]] && echo "$client" || echo "$server")
    ip -n "$host" link set lo up
    ip -n "$host" address add "192.0.2.$side/24" dev eth0
    ip -n "$host" -6 address add "2001:db8::$side/64" dev eth0 nodad
    ip -n "$host" link set eth0 up
    # Offloading would show frames that no wire carries.
    ip netns exec "$host" ethtool -K eth0 tso off gso off gro off tx off >/dev/null 2>&1 || true
done

# VLAN 42 as a tap device: a kernel without 802.1Q will do, and the traffic is the kernel's own all the same.
cat >"$work/vlan.py" <<'END'
"""Tags what a tap device sends and sends it over eth0; untags what comes back. vlan.py ADDRESS…"""
import fcntl, os, select, socket, struct, subprocess, sys

tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH", b"vlan42", 0x1002))  # TUNSETIFF: tap, no extra header
for address in sys.argv[1:]:
    subprocess.run(["ip", "address", "add", address, "dev", "vlan42"] + (["nodad"] if ":" in address else []), check=True)
subprocess.run(["ip", "link", "set", "vlan42", "mtu", "1400", "up"], check=True)
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("eth0", 3))
wire.setsockopt(263, 8, 1)  # PACKET_AUXDATA: the kernel takes tags out of the frame and tells them beside it
while True:
    for ready in select.select([tap, wire], [], [])[0]:
        if ready == tap:
            frame = os.read(tap, 2048)
            wire.send(frame[:12] + struct.pack(">HH", 0x8100, 42) + frame[12:])
            continue
        frame, beside, _, sender = wire.recvmsg(2048, 64)
        if sender[2] == 4:  # our own
            continue
        for _, _, data in beside:
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
            if status & 0x10 and tci & 0xFFF == 42:
                os.write(tap, frame)
END
ip netns exec "$client" python3 "$work/vlan.py" 198.51.100.1/24 2001:db8:42::1/64 &
pids+=($!)
ip netns exec "$server" python3 "$work/vlan.py" 198.51.100.2/24 2001:db8:42::2/64 &
pids+=($!)
sleep 0.5

cat >"$work/server.py" <<'END'
"""A TCP server that answers as many octets as the first line asks for, and a UDP server that answers like a name server."""
import socket, threading

def only_one_family(server):
    if server.family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)

def tcp(family, address):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    only_one_family(listener)
    listener.bind((address, 80))
    listener.listen()
    while True:
        peer, _ = listener.accept()
        with peer:
            wanted, sent = map(int, peer.makefile("rb").readline().split())
            peer.sendall(b"d" * wanted)
            while sent > 0:
                sent -= len(peer.recv(65536)) or sent

def udp(family, address):
    service = socket.socket(family, socket.SOCK_DGRAM)
    only_one_family(service)
    service.bind((address, 53))
    while True:
        query, peer = service.recvfrom(2048)
        service.sendto(query + b"a" * 48, peer)

for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    for serve in (tcp, udp):
        threading.Thread(target=serve, args=(family, any_address)).start()
END

cat >"$work/client.py" <<'END'
"""tcp ADDRESS DOWN UP: fetches DOWN octets and sends UP; udp ADDRESS N: asks N questions; refused ADDRESS: knocks at a closed port."""
import socket, sys, time

kind, address = sys.argv[1:3]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
if kind == "tcp":
    down, up = map(int, sys.argv[3:5])
    with socket.create_connection((address, 80)) as peer:
        peer.sendall(b"%d %d\n" % (down, up) + b"u" * up)
        while down > 0:
            down -= len(peer.recv(65536))
elif kind == "udp":
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        for number in range(int(sys.argv[3])):
            asking.sendto(b"question-%03d" % number, (address, 53))
            asking.recv(2048)
            time.sleep(0.05)
else:
    try:
        socket.create_connection((address, 81), 2).close()
    except ConnectionRefusedError:
        pass
END

ip netns exec "$server" python3 "$work/server.py" &
pids+=($!)
sleep 0.7

# record NAME COMMAND…: runs the command while the server's interface is captured at.
record() {
    local name=$1 capture
    shift
    ip netns exec "$server" dumpcap -q -i eth0 -f 'not ip6 multicast' -w "$work/$name.pcapng" 2>/dev/null &
    capture=$!
    sleep 0.8
    "$@"
    sleep 0.4
    kill -TERM "$capture"
    wait "$capture" || true
}

traffic() {
    local v4=$1 v6=$2
    at_client python3 "$work/client.py" tcp "$v4" 60000 3000
    at_client python3 "$work/client.py" udp "$v4" 8
    at_client ping -q -c 3 -i 0.2 "$v4" >/dev/null
    at_client python3 "$work/client.py" tcp "$v6" 20000 9000
    at_client python3 "$work/client.py" refused "$v4"
    at_client ping -q -c 2 -i 0.2 "$v6" >/dev/null
}

everything() {
    traffic 192.0.2.2 2001:db8::2
    at_client python3 "$work/client.py" tcp 198.51.100.2 15000 500
    at_client ping -q -c 2 -i 0.2 198.51.100.2 >/dev/null
    at_client ping -q -c 2 -i 0.2 -s 4000 192.0.2.2 >/dev/null
    at_client python3 "$work/client.py" udp 2001:db8::2 5
}

vlan() {
    at_client python3 "$work/client.py" tcp 198.51.100.2 4000 200
    at_client ping -q -c 2 -i 0.2 2001:db8:42::2 >/dev/null
}

ipv6() {
    at_client python3 "$work/client.py" tcp 2001:db8::2 3000 300
    at_client python3 "$work/client.py" udp 2001:db8::2 3
    at_client ping -q -c 2 -i 0.2 2001:db8::2 >/dev/null
}

record edge everything
record vlan vlan
record ipv6 ipv6
record fragments at_client ping -q -c 2 -i 0.2 -s 4000 192.0.2.2
record refused at_client python3 "$work/client.py" refused 192.0.2.2

for name in edge vlan ipv6 fragments refused; do
    # Comments that dumpcap writes name the machine and its programs: a plain rewrite drops them.
    editcap -F pcap "$work/$name.pcapng" "$work/$name.pcap"
    cp "$work/$name.pcap" "$here/$name.pcap"
done
editcap -F pcapng "$work/edge.pcap" "$here/edge.pcapng"
editcap -F nsecpcap "$work/edge.pcap" "$here/edge-nanoseconds.pcap"
chmod 644 "$here"/*.pcap "$here"/*.pcapng
capinfos -Tm -c -u "$here"/*.pcap "$here"/*.pcapng
