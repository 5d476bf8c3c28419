# SPDX-License-Identifier: MIT
#
# Runs the KUnit suites. insmod succeeds even when cases fail, so the verdict is
# what each suite left in debugfs.
. /lib.sh

suites=/sys/kernel/debug/kunit
told=" "

tell() { # SUITE... that are through
	for suite; do
		case "$told" in *" $suite "*) continue ;; esac
		cat "$suites/$suite/results" >/tmp/results
		[ -s /tmp/results ] || give_up "the results of $suite are empty"
		cat /tmp/results >&3
		told="$told$suite "
	done
}

load pidlab
(
	trap 'touch /tmp/loaded' EXIT
	load pidlab_kunit
) &
loading=$!
# One suite runs after the other, and has a folder from its beginning: a new one
# says that all that were there before are through.
seen=
until [ -e /tmp/loaded ]; do
	sleep 1
	now=$(ls "$suites")
	[ "$now" = "$seen" ] || tell $seen
	seen=$now
done
wait "$loading" || exit 1
tell $(ls "$suites")
gates_after pidlab_kunit pidlab
