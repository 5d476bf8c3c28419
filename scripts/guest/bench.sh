# SPDX-License-Identifier: MIT
#
# Runs the measures in /measures, one a line, then those from user space, and
# sends what they say.

file=/sys/kernel/debug/pidlab_bench
insmod /pidlab.ko || exit 1
insmod /pidlab_bench.ko || exit 1
while read -r line; do
	echo "# $line" >&3
	echo "$line" >$file || exit 1
	cat $file >&3
done </measures
echo "# from user space" >&3
/bin/path "$(cat /rounds)" >&3 || exit 1
rmmod pidlab_bench || exit 1
rmmod pidlab || exit 1
