# SPDX-License-Identifier: MIT
#
# Runs the KUnit suites. insmod succeeds even when cases fail, so the verdict is
# what each suite left in debugfs.
. /lib.sh

load pidlab
load pidlab_kunit
for results in /sys/kernel/debug/kunit/*/results; do
	cat "$results" >/tmp/results
	[ -s /tmp/results ] || give_up "$results is empty"
	cat /tmp/results >&3
done
gates_after pidlab_kunit pidlab
