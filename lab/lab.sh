#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The lab: a network of real routers in network namespaces, each with a meter, all in one domain. Called by './rtfm lab'.
#
#   host1 ── edge1 ─┐          ┌─ edge2 ── host2      hostN  10.99.N.2, fd99:N::2     behind its edge at 10.99.N.1, fd99:N::1
#                   ├── core ──┤                      edgeN  10.98.N.1, fd98:N::1     core's side .2, ::2
#   host3 ── edge3 ─┘          └─ …
#
# Management is a network of its own, 10.97.0.0/24: edgeN has 10.97.0.N there, the manager's machine, noc, 10.97.0.254. To cut a node off is to take
# down noc's end of its cable: packets between hosts go on.
set -euo pipefail

folder=${TMPDIR:-/tmp}/rtfm-lab
domain=lab
most=99

# All nodes have the clock of one machine, whatever its kernel knows of the true time.
export RTFM_Agent__Delay__ClockError=${RTFM_Agent__Delay__ClockError:-1us}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "lab: $*"
    exit 1
}

help() {
    cat <<'END'
Usage: ./rtfm lab [--folder FOLDER] COMMAND

  up [--edges N] [--rate R]   make a network of N edge routers (3), a core router and a host behind each edge; start a meter at each edge, all
                              in the domain 'lab', a meter reader, and traffic between all hosts (R questions a second in each conversation, 10)
  status                      nodes, processes, the domain, what the hosts sent and received
  add                         one edge more, with a host
  cut NODE                    cut a node off from all others' management: its cable to the management network is taken down; traffic goes on
  heal [NODE]                 plug it in again; without NODE all
  kill NODE                   kill the node's meter; the router goes on
  start NODE [OPTIONS]        start it again, with what it has kept, and with more options of 'rtfm-agent run': start edge2 --max-flows 100
  relay NODE [OPTIONS]        carry the node's packets to and from the core late, and not all: --delay MS, --jitter MS, --loss PERCENT, --burst N,
                              --duplicate PERCENT, --reorder PERCENT; FOLDER/relay/NODE.csv is what really happened
  relay NODE off              take it away again
  traffic start|stop          begin, or end: then FOLDER/traffic/HOST.csv is what each host really sent and received
  manager ARGUMENTS           rtfm-manager at the management network, as a user who may write: ./rtfm lab manager domain watch 10.97.0.1
  run NODE COMMAND            any command at a node: ./rtfm lab run host1 ping 10.99.2.2
  down                        end all that was started, remove the network and FOLDER

Needs root, Linux and network namespaces. Everything is kept in FOLDER (/tmp/rtfm-lab).
END
}

# ------------------------------------------------------------------------------------------------------------- network

ns() { echo "$prefix-$1"; }

inside() {
    local node=$1
    shift
    ip netns exec "$(ns "$node")" "$@"
}

make_node() {
    ip netns add "$(ns "$1")" 2>"$folder/error" || fail "no network namespace can be made here: $(<"$folder/error")"
    echo "$1" >>"$folder/nodes"
    inside "$1" ip link set lo up
    # A link's own address is not tried first: packets would wait for that for a second or two, and then come all at once.
    inside "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
}

make_router() {
    make_node "$1"
    inside "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# A cable: node, interface, other node, its interface. Segments are as long as packets on a wire are, not what the kernel would make of them.
cable() {
    ip link add "$2" gso_max_segs 1 netns "$(ns "$1")" type veth peer name "$4" gso_max_segs 1 netns "$(ns "$3")"
    inside "$1" ip link set "$2" up
    inside "$3" ip link set "$4" up
}

address() {
    local node=$1 interface=$2 each
    shift 2
    for each in "$@"; do
        # An IPv6 address is not tried for a second first: nobody else has it.
        if [[ $each == *:* ]]; then
            inside "$node" ip address add "$each" dev "$interface" nodad
        else
            inside "$node" ip address add "$each" dev "$interface"
        fi
    done
}

make_middle() {
    make_router core
    make_node noc
    inside noc ip link add manage type bridge
    inside noc ip link set manage up
    address noc manage 10.97.0.254/24
}

make_edge() {
    local n=$1
    make_router "edge$n"
    make_node "host$n"
    cable "host$n" eth0 "edge$n" host
    cable "edge$n" core core "edge$n"
    cable "edge$n" manage noc "edge$n"
    inside noc ip link set "edge$n" master manage
    address "host$n" eth0 "10.99.$n.2/24" "fd99:$n::2/64"
    address "edge$n" host "10.99.$n.1/24" "fd99:$n::1/64"
    address "edge$n" manage "10.97.0.$n/24"
    inside "host$n" ip route add default via "10.99.$n.1"
    inside "host$n" ip -6 route add default via "fd99:$n::1"
    connect_to_core "$n"
    connect_to_edge "$n"
    echo "$n" >>"$folder/edges"
}

# The edge's end of its cable to the core, or to the relay that is between them.
connect_to_core() {
    local n=$1
    address "edge$n" core "10.98.$n.1/24" "fd98:$n::1/64"
    inside "edge$n" ip route add default via "10.98.$n.2"
    inside "edge$n" ip -6 route add default via "fd98:$n::2"
}

# The core's end.
connect_to_edge() {
    local n=$1
    address core "edge$n" "10.98.$n.2/24" "fd98:$n::2/64"
    inside core ip route add "10.99.$n.0/24" via "10.98.$n.1"
    inside core ip -6 route add "fd99:$n::/64" via "fd98:$n::1"
}

# ----------------------------------------------------------------------------------------------------------- processes

# Starts a program at a node, which gives the machine its name for it: what to call it, node, program and arguments.
start_process() {
    local name=$1 node=$2
    shift 2
    # shellcheck disable=SC2016 # expanded by the inner shell
    ip netns exec "$(ns "$node")" unshare --uts sh -c 'echo "$0" >/proc/sys/kernel/hostname; exec "$@"' "$node" "$@" \
        </dev/null >>"$folder/log/$name.log" 2>&1 &
    echo $! >"$folder/pid/$name"
    disown
}

# The number of a process that we started and that lives; numbers are given anew, so its command line must name our folder.
process() {
    local pid
    pid=$(cat "$folder/pid/$1" 2>/dev/null) || return 1
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -F -- "$folder/" >/dev/null || return 1
    echo "$pid"
}

# Ends processes and waits until they have: a signal, and their names.
end_processes() {
    local signal=$1 name pid
    shift
    for name in "$@"; do
        if pid=$(process "$name"); then
            kill "-$signal" "$pid" 2>/dev/null || true
        fi
    done
    for name in "$@"; do
        for ((i = 0; i < 200; i++)); do
            process "$name" >/dev/null || break
            sleep 0.05
        done
        if pid=$(process "$name"); then
            kill -KILL "$pid" 2>/dev/null || true
        fi
        rm -f "$folder/pid/$name"
    done
}

wait_for() {
    local what=$1 file=$2 pattern=$3
    for ((i = 0; i < 600; i++)); do
        if grep -qs -- "$pattern" "$file"; then
            return
        fi
        sleep 0.05
    done
    tail -n 20 "$file" >&2 || true
    fail "$what did not get this far ('$pattern' is not in $file)."
}

make_agent() {
    local n=$1 state=$folder/edge$1
    "$out/rtfm-agent" init --state "$state" --listen "udp:10.97.0.$n:161" --member-credentials "$folder/member.conf" >/dev/null
    "$out/rtfm-agent" user add noc --write --password-file "$folder/password" --state "$state" >/dev/null
}

start_agent() {
    local n=$1 join=() credentials=(--domain-credentials "$folder/member.conf")
    shift
    [[ " $* " != *' --domain-credentials '* ]] || credentials=()
    # The first one founds the domain; each of the others asks any of those before it.
    local other
    for other in $(<"$folder/edges"); do
        if ((n > 1 && other != n)); then
            join+=(--join "10.97.0.$other:161")
        fi
    done
    : >"$folder/log/edge$n.log"
    start_process "edge$n" "edge$n" "$out/rtfm-agent" run --config "$folder/edge$n/agent.json" --interface host \
        --domain "$domain" ${credentials[@]+"${credentials[@]}"} ${join[@]+"${join[@]}"} "$@"
    wait_for "edge$n's meter" "$folder/log/edge$n.log" 'listening on udp:'
}

start_reader() {
    # One member's address would do: it names the others, and the master.
    printf '{ "Rtfm": { "MeterReader": {\n    "Store": "%s",\n    "Domains": [ { "Name": "%s", "Members": [ "%s" ], "Credentials": "%s", "Interval": "5s" } ] } } }\n' \
        "$folder/flows.db" "$domain" "$(members | sed 's/,/", "/g')" "$folder/noc.conf" >"$folder/reader.json"
    start_process reader noc "$out/rtfm-meterreader" run --config "$folder/reader.json"
}

start_traffic() {
    local n other peers rate
    rate=$(<"$folder/rate")
    for n in $(<"$folder/edges"); do
        process "host$n" >/dev/null && continue
        rm -f "$folder/traffic/host$n.csv"
        peers=''
        for other in $(<"$folder/edges"); do
            ((other == n)) || peers+="${peers:+,}10.99.$other.2,fd99:$other::2"
        done
        start_process "host$n" "host$n" dotnet "$traffic" --self "10.99.$n.2,fd99:$n::2" --peers "$peers" --rate "$rate" \
            --counters "$folder/traffic/host$n.csv" --after "$folder/traffic/begin"
    done
    # Nobody is asked who does not answer yet.
    for n in $(<"$folder/edges"); do
        wait_for "host$n's traffic" "$folder/traffic/host$n.csv" protocol
    done
    touch "$folder/traffic/begin"
}

# In two steps: nobody is gone while another still asks.
stop_traffic() {
    local n pid
    rm -f "$folder"/traffic/*.asked "$folder/traffic/begin"
    for n in $(<"$folder/edges"); do
        if pid=$(process "host$n"); then kill -TERM "$pid"; fi
    done
    for n in $(<"$folder/edges"); do
        for ((i = 0; i < 200; i++)); do
            if [[ -e $folder/traffic/host$n.csv.asked ]] || ! process "host$n" >/dev/null; then break; fi
            sleep 0.05
        done
    done
    # shellcheck disable=SC2046 # one word for each edge
    end_processes TERM $(sed 's/^/host/' "$folder/edges")
}

manager() { XDG_STATE_HOME=$folder inside noc "$out/rtfm-manager" --credentials "$folder/noc.conf" "$@"; }

members() { sed 's/^/10.97.0./' "$folder/edges" | paste -sd,; }

# A machine of its own between an edge and the core, which sends on what comes, late, and not all of it.
relay() {
    local n node
    n=$(edge_of "${1:-}")
    node=relay$n
    shift || true
    if process "$node" >/dev/null; then
        end_processes TERM "$node"
    fi
    if grep -qx "$node" "$folder/nodes"; then
        ip netns delete "$(ns "$node")"
        sed -i "/^$node\$/d" "$folder/nodes"
    else
        inside "edge$n" ip link delete core
    fi
    # The kernel takes the other ends away in its own time.
    for ((i = 0; i < 100; i++)); do
        inside "edge$n" ip link show core >/dev/null 2>&1 || inside core ip link show "edge$n" >/dev/null 2>&1 || break
        sleep 0.05
    done
    if [[ ${1:-} == off ]]; then
        cable "edge$n" core core "edge$n"
    else
        make_node "$node"
        cable "edge$n" core "$node" edge
        cable "$node" core core "edge$n"
        # Frames are carried as they are: it has no part in the conversation itself.
        inside "$node" sh -c 'for each in edge core; do echo 1 >/proc/sys/net/ipv6/conf/$each/disable_ipv6; done'
        mkdir -p "$folder/relay"
        rm -f "$folder/relay/edge$n.csv"
        : >"$folder/log/$node.log"
        start_process "$node" "$node" dotnet "$traffic" relay --one edge --other core --counters "$folder/relay/edge$n.csv" "$@"
        for ((i = 0; i < 100; i++)); do
            [[ ! -e $folder/relay/edge$n.csv ]] || break
            process "$node" >/dev/null || break
            sleep 0.05
        done
    fi
    connect_to_core "$n"
    connect_to_edge "$n"
    if [[ ${1:-} != off ]] && ! process "$node" >/dev/null; then
        cat "$folder/log/$node.log" >&2
        fail "the relay of edge$n does not run: ./rtfm lab relay edge$n off takes it away."
    fi
}

# ------------------------------------------------------------------------------------------------------------ commands

up() {
    local edges=3 rate=10 n
    while (($# > 0)); do
        case $1 in
            --edges) edges=${2:-} ;;
            --rate) rate=${2:-} ;;
            *) fail "up: '$1' is no option. Write ./rtfm lab up [--edges N] [--rate R]." ;;
        esac
        shift $(($# > 1 ? 2 : 1))
    done
    [[ $edges =~ ^[0-9]+$ ]] && ((edges >= 1 && edges <= most)) || fail "up: --edges is '$edges'. Write a number from 1 to $most."
    [[ $rate =~ ^[0-9]+$ ]] && ((rate >= 1 && rate <= 1000)) || fail "up: --rate is '$rate'. Write a number from 1 to 1000."
    [[ ! -e $folder ]] || fail "$folder is there already: end that lab with ./rtfm lab down, or give another --folder."
    (umask 077 && mkdir -p "$folder"/{pid,log,traffic})
    prefix=rtfm-$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
    echo "$prefix" >"$folder/prefix"
    echo "$rate" >"$folder/rate"
    : >"$folder/nodes" && : >"$folder/edges"
    trap 'say "lab: it did not come up; its logs are in $folder/log. Remove what is there with: ./rtfm lab down"' EXIT
    umask 077
    local password
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    echo "$password" >"$folder/password"
    printf 'defVersion 3\ndefSecurityName noc\ndefAuthType SHA-256\ndefAuthPassphrase %s\ndefPrivType AES\ndefPrivPassphrase %s\n' \
        "$password" "$password" >"$folder/noc.conf"
    say "1. Network: a core router, $edges edge routers with a host each"
    make_middle
    for ((n = 1; n <= edges; n++)); do make_edge "$n"; done
    say "2. A meter at each edge, all in the domain '$domain'"
    for ((n = 1; n <= edges; n++)); do
        make_agent "$n"
        start_agent "$n"
    done
    wait_for_members
    say "3. A rule set for all of them"
    manager domain apply "$(members)" "$root/docs/rulesets/domain-flows.srl" >&2
    say "4. A meter reader, and traffic between all hosts"
    start_reader
    start_traffic
    trap - EXIT
    echo "folder:       $folder"
    echo "credentials:  $folder/noc.conf"
    echo "look:         ./rtfm lab manager domain watch $(members)"
}

# Until the domain has a master and those who were started, edge1 and so on or the ones that are named, are members.
wait_for_members() {
    local edges=("$@") n missing
    [[ ${#edges[@]} -gt 0 ]] || mapfile -t edges <"$folder/edges"
    for ((i = 0; i < 60; i++)); do
        # Others may be cut off: the status is then no success.
        manager -t 0.5 -r 1 domain status "$(members)" --json 2>/dev/null >"$folder/status.json" || true
        missing=()
        for n in "${edges[@]}"; do
            grep -A3 -F "\"name\": \"edge$n\"" "$folder/status.json" | grep -qE '"role": "(member|master)"' || missing+=("edge$n")
        done
        ((${#missing[@]} > 0)) || return 0
        sleep 0.25
    done
    manager domain status "$(members)" >&2 || true
    fail "${missing[*]}: no member of the domain after 15 seconds; logs are in $folder/log."
}

add() {
    local n
    n=$(($(sort -n "$folder/edges" | tail -n 1) + 1))
    ((n <= most)) || fail "add: there are $most edges already."
    umask 077
    make_edge "$n"
    make_agent "$n"
    start_agent "$n"
    wait_for_members "$n"
    # The new host talks to all others, and they answer.
    start_traffic
    say "edge$n (10.97.0.$n) and host$n (10.99.$n.2) are there."
}

edge_of() {
    [[ ${1:-} =~ ^edge([0-9]+)$ ]] && grep -qx "${BASH_REMATCH[1]}" "$folder/edges" \
        || fail "'${1:-}' is no edge. There are: $(sed 's/^/edge/' "$folder/edges" | paste -sd' ')."
    echo "${BASH_REMATCH[1]}"
}

cut_off() {
    local n
    n=$(edge_of "${1:-}")
    inside noc ip link set "edge$n" down
    say "edge$n is cut off from the management network; traffic goes on."
}

kill_meter() {
    local n
    n=$(edge_of "${1:-}")
    end_processes KILL "edge$n"
}

start_meter() {
    local n
    n=$(edge_of "${1:-}")
    if process "edge$n" >/dev/null; then
        fail "edge$n's meter runs."
    fi
    start_agent "$n" "${@:2}"
}

heal() {
    local n edges
    edges=$(<"$folder/edges")
    [[ -z ${1:-} ]] || edges=$(edge_of "$1")
    for n in $edges; do
        inside noc ip link set "edge$n" up
    done
}

traffic_of() {
    case ${1:-} in
        start) start_traffic ;;
        stop) stop_traffic ;;
        *) fail "traffic: write start or stop." ;;
    esac
}

status() {
    local n name state
    echo "folder: $folder, namespaces: $prefix-…"
    for n in $(<"$folder/edges"); do
        state=$(inside noc ip -o link show "edge$n" | grep -q 'state UP' && echo connected || echo "cut off")
        echo "edge$n: 10.97.0.$n, $state, meter $(process "edge$n" || echo 'NOT RUNNING'), traffic of host$n $(process "host$n" || echo 'not running')"
    done
    echo "meter reader: $(process reader || echo 'NOT RUNNING'), $folder/flows.db"
    for name in "$folder"/traffic/*.csv; do
        [[ -e $name ]] || continue
        awk -F, -v host="$(basename "$name" .csv)" 'NR > 1 { s += $6; so += $7; r += $8; ro += $9 }
            END { printf "%s: sent %d packets with %d octets, received %d with %d\n", host, s, so, r, ro }' "$name"
    done
    echo
    manager -t 0.5 -r 1 domain status "$(members)"
}

down() {
    local node name names=() hosts=()
    for name in "$folder"/pid/*; do
        case $(basename "$name") in
            host*) hosts+=("$(basename "$name")") ;;
            '*') ;;
            *) names+=("$(basename "$name")") ;;
        esac
    done
    # Nobody looks at what hosts counted: they need not end in good order.
    end_processes KILL ${hosts[@]+"${hosts[@]}"}
    end_processes TERM ${names[@]+"${names[@]}"}
    while read -r node; do
        ip netns delete "$(ns "$node")" 2>/dev/null || true
    done <"$folder/nodes"
    rm -rf "${folder:?}"
}

# ---------------------------------------------------------------------------------------------------------------- main

if [[ ${1:-} == --folder ]]; then
    folder=$(realpath -m -- "${2:?--folder takes a folder}")
    shift 2
fi
command=${1:-help}
shift || true
case $command in
    help | -h | --help)
        help
        exit
        ;;
    up | status | add | cut | heal | kill | start | relay | traffic | manager | run | down) ;;
    *)
        say "lab: '$command' is no command."
        help >&2
        exit 2
        ;;
esac
: "${root:?} ${out:?} ${traffic:?}" # from './rtfm lab'
(($(id -u) == 0)) || fail "network namespaces need root: sudo ./rtfm lab $command"
command -v ip >/dev/null || fail "iproute2 is missing: apt-get install iproute2"
command -v unshare >/dev/null || fail "util-linux is missing: apt-get install util-linux"
if [[ $command != up ]]; then
    [[ -f $folder/prefix && -f $folder/nodes ]] || fail "there is no lab in $folder. Make one with: ./rtfm lab up"
    prefix=$(<"$folder/prefix")
fi
case $command in
    up) up "$@" ;;
    status) status ;;
    add) add ;;
    cut) cut_off "$@" ;;
    heal) heal "$@" ;;
    kill) kill_meter "$@" ;;
    start) start_meter "$@" ;;
    relay) relay "$@" ;;
    traffic) traffic_of "$@" ;;
    manager) manager "$@" ;;
    run) inside "$@" ;;
    down) down ;;
esac
