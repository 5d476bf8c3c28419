#!/bin/sh
# SPDX-License-Identifier: MIT
# First process of the guest: mounts what a system has, runs /guest.sh, sends its exit status home, ends the machine.
# Two channels lead home: one for results, one for the status together with this boot's token.

export PATH=/bin:/sbin HOME=/root
. /vm.env			# TOKEN, RESULTS_PORT, STATUS_PORT, END, and for a person TTY, ROWS, COLUMNS, TERM

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# The root is memory already: /tmp is a folder of it, where files given under that name stay in sight.
mkdir -p /dev/pts /dev/shm /tmp /run /root
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t debugfs debug /sys/kernel/debug
mount -t tracefs trace /sys/kernel/tracing
mount -t cgroup2 cgroup /sys/fs/cgroup
ln -s /proc/self/fd /dev/fd
hostname pidlab

while read -r module; do
	insmod "$module" || echo "init: $module does not load"
done </boot/modules/order

# The device of a channel: a serial line of that name, or the virtio-serial port that is called so.
channel() {
	if [ -c "/dev/$1" ]; then
		stty raw -echo <"/dev/$1"
		echo "/dev/$1"
		return
	fi
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		for port in /sys/class/virtio-ports/*; do
			read -r name <"$port/name" && [ "$name" = "$1" ] && echo "/dev/${port##*/}" && return
		done 2>/dev/null
		usleep 50000
	done
}
results=$(channel "$RESULTS_PORT")
status_line=$(channel "$STATUS_PORT")

# A port can be opened only once, a pipe as often as anybody likes.
mkfifo /run/results
cat /run/results >"$results" &
pump=$!
exec 3<>/run/results
export RESULTS=/run/results

if [ -n "$TTY" ]; then
	stty rows "$ROWS" cols "$COLUMNS" <"/dev/$TTY"
	export TERM
	setsid -c sh /guest.sh <"/dev/$TTY" >"/dev/$TTY" 2>&1
else
	sh /guest.sh </dev/null
fi
status=$?

# All results first: the status says that they are complete. A process left behind may still hold the pipe.
exec 3>&-
(sleep 5; kill "$pump") 2>/dev/null &
wait "$pump"
echo "$TOKEN $status" >"$status_line"
"$END" -f
