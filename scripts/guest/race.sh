# SPDX-License-Identifier: MIT
#
# Runs one suite of races, several times, with other luck each time: a case may take
# 300 s and no more. /race has the suite, the operations of a load, and how many loads.
. /lib.sh

# One processor would pass whatever is wrong.
[ "$(grep -c ^processor /proc/cpuinfo)" -ge 2 ] || give_up "races want two processors"
read -r suite ops loads </race
# The detector stops at one access in 4000, for 80 us: a slot that was written plainly went unseen. Here it
# stops more often, and long enough for others to come by.
detector=/sys/module/kcsan/parameters
if [ -e $detector ]; then
	echo 1000 >$detector/skip_watch && echo 700 >$detector/udelay_task || give_up "the detector cannot be told"
fi
printf %s "$suite" >/sys/module/kunit/parameters/filter_glob || give_up "KUnit takes no filter here"
load pidlab
results=/sys/kernel/debug/kunit/$suite/results
load=1
while :; do
	insmod /pidlab_kunit.ko race_ops="$ops" race_seed="$load" || give_up "insmod pidlab_kunit.ko"
	cat "$results" >/tmp/results
	[ -s /tmp/results ] || give_up "$results is empty"
	if [ "$load" = "$loads" ] || grep -q '^ *not ok' /tmp/results; then
		break
	fi
	echo "load $load of $loads"
	rmmod pidlab_kunit || give_up "pidlab_kunit does not unload"
	load=$((load + 1))
done
cat /tmp/results >&3
gates_after pidlab_kunit pidlab
