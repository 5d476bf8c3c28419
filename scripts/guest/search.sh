# SPDX-License-Identifier: MIT
#
# Runs one search of the client. Its words are in /search, one a line.

export LC_ALL=C.UTF-8
insmod /pidlab.ko || exit 1
# shellcheck disable=SC2046
pidlab $(cat /search) >&3
status=$?
rmmod pidlab || exit 1
exit "$status"
