# SPDX-License-Identifier: MIT
#
# What the guest's scripts share. They run as root in the test VM, under a
# busybox sh; what goes to descriptor 3 reaches the host. A gate is a check
# around the tests themselves, told as one KTAP result.

live=/sys/kernel/debug/pidlab/live
kmemleak=/sys/kernel/debug/kmemleak
kmemleak_age=6 # s; kmemleak believes in no leak younger than 5

gate_plan() { # COUNT
	gate_number=0
	gate_failed=0
	printf 'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: gate\n    1..%d\n' "$1" >&3
}

gate() { # STATUS NAME [FILE with what to show if it failed]
	gate_number=$((gate_number + 1))
	if [ "$1" = 0 ]; then
		echo "    ok $gate_number $2" >&3
	else
		gate_failed=1
		if [ -s "${3:-}" ]; then
			sed 's/^/    # /' "$3" >&3
		fi
		echo "    not ok $gate_number $2" >&3
	fi
}

gate_skip() { # NAME REASON
	gate_number=$((gate_number + 1))
	echo "    ok $gate_number $1 # SKIP $2" >&3
}

gate_sum() {
	if [ "$gate_failed" = 0 ]; then
		echo "ok 1 gate" >&3
	else
		echo "not ok 1 gate" >&3
	fi
}

give_up() { # TEXT
	echo "Bail out! $1" >&3
	exit 1
}

load() { # MODULE
	insmod "/$1.ko" 2>/tmp/insmod || {
		cat /tmp/insmod
		give_up "insmod $1.ko: $(cat /tmp/insmod)"
	}
}

# Every count in the live file is zero: a line is a kind, its objects, their bytes.
nothing_alive() {
	if [ -r "$live" ]; then
		awk 'NF >= 2 && $2 != 0 { print; bad = 1 } END { exit bad || !NR }' "$live"
	else
		echo "$live is not there"
		return 1
	fi
}

unload() { # MODULE
	rmmod "$1" 2>&1 && ! grep -q "^$1 " /proc/modules
}

# Two scans: an object must be unreachable, and unchanged, in both.
leak_scan() {
	sleep "$kmemleak_age"
	echo scan >"$kmemleak"
	echo scan >"$kmemleak"
	cat "$kmemleak"
}

no_leaks() {
	leaks=$(leak_scan) || return 1
	printf '%s' "$leaks"
	[ -z "$leaks" ]
}

# After the tests: nothing is left over while the module is there (leaks still
# have symbols then), it goes, and nothing is left over after that.
gates_after() { # MODULE... to unload, in order
	gate_plan $(($# + 3))
	nothing_alive >/tmp/gate
	gate $? "no object of any lab is left" /tmp/gate
	leak_gate "kmemleak finds nothing while the module is loaded"
	for module; do
		unload "$module" >/tmp/gate
		gate $? "$module unloads" /tmp/gate
	done
	leak_gate "kmemleak finds nothing after the module is gone"
	gate_sum
	return "$gate_failed"
}

leak_gate() { # NAME
	if [ -e "$kmemleak" ]; then
		no_leaks >/tmp/gate
		gate $? "$1" /tmp/gate
	else
		gate_skip "$1" "this kernel has no kmemleak"
	fi
}
