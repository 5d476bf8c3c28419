# SPDX-License-Identifier: MIT
#
# Runs random programs on model and module. Seed and number of commands are in /torture.
. /lib.sh

load pidlab
# shellcheck disable=SC2046
/bin/pidlab_torture $(cat /torture) >&3
status=$?
gates_after pidlab && exit "$status"
