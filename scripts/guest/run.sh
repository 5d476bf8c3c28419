# SPDX-License-Identifier: MIT
#
# Loads the module as a user would and drives scenarios through the client. The
# lines come first, as scenarios end; the reports follow a line of their own.
# The names of the scenarios are in /scenarios, one a line.

export LC_ALL=C.UTF-8 # for the trees; the host keeps what it gets
insmod /pidlab.ko || exit 1
# shellcheck disable=SC2046
pidlab run --report-to=/tmp/report $(cat /scenarios) >&3
status=$?
echo "@reports" >&3
cat /tmp/report >&3
rmmod pidlab || exit 1
exit "$status"
