# SPDX-License-Identifier: MIT
#
# Several processes at one lab, under a schedule that follows from the guest's seed.

insmod /pidlab.ko || exit 1
/bin/stress >/tmp/told
status=$?
cat /tmp/told
cat /tmp/told >&3
rmmod pidlab || exit 1
exit "$status"
