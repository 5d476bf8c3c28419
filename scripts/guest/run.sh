# SPDX-License-Identifier: MIT
#
# Loads the module as a user would and drives scenarios through the client. The
# lines come first, as scenarios end; the reports follow a line of their own.
# The names of the scenarios are in /scenarios, one a line; those that end with
# their client killed by the kernel, in /doomed; more options of the command in
# /options.

live=/sys/kernel/debug/pidlab/live

slab() { # bytes of the kernel's objects
	awk '/^Slab:/ { printf "%d\n", $2 * 1024 }' /proc/meminfo
}

kills() { # how often the kernel has killed for want of memory
	awk '/^oom_kill / { print $2 }' /proc/vmstat
}

larger() { # NUMBER NUMBER
	[ "$1" -gt "$2" ] && echo "$1" || echo "$2"
}

account() { # bytes of all labs, freed ones told first
	awk 'NF > 2 { sum += $3 } END { printf "%d\n", sum }' "$live"
}

# Each in a client of its own, which is to be killed for the kernel's memory; the
# shells around it are not. What it held is seen from here, and then that it is gone.
doomed() { # NAME
	title=$(sed -n 's/^# //p' "$1" | sed -n 2p)
	before=$(slab)
	killed=$(kills)
	(echo 0 >/proc/self/oom_score_adj && exec pidlab run "$1") >/tmp/doomed 2>&1 &
	client=$!
	held=0
	most=0
	while kill -0 "$client" 2>/dev/null; do
		held=$(larger "$held" "$(account)")
		most=$(larger "$most" "$(slab)")
		sleep 1
	done
	wait "$client"
	ended=$?
	after=$(slab)
	left=$(account)
	printf '== %s ==\n%s\n%s\n\n' "$(basename "$1" .scn)" "$title" "$1" >>/tmp/report
	{
		echo "  when last seen  $held bytes in the lab's account, $most of slab ($before before)"
		echo "  the client      ended with status $ended (137: killed); OOM kills $killed -> $(kills)"
		echo "  after that      $left bytes in all labs, $after of slab"
		echo
	} >>/tmp/report
	if [ "$ended" = 137 ] && [ "$(kills)" -gt "$killed" ] && [ "$left" = 0 ]; then
		echo "ok   $1  $title"
	else
		echo "FAIL $1"
		cat /tmp/doomed
		status=1
	fi >&3
}

export LC_ALL=C.UTF-8 # for the trees; the host keeps what it gets
insmod /pidlab.ko || exit 1
status=0
: >/tmp/report
if [ -s /scenarios ]; then
	# shellcheck disable=SC2046
	pidlab run --report-to=/tmp/report $(cat /options /scenarios) >&3
	status=$?
fi
if [ -s /doomed ]; then
	for adj in /proc/[0-9]*/oom_score_adj; do
		echo -1000 >"$adj" 2>/dev/null
	done
fi
while read -r name; do
	doomed "$name"
done </doomed
echo "@reports" >&3
cat /tmp/report >&3
rmmod pidlab || exit 1
exit "$status"
