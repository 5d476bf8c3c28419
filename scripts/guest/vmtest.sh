# SPDX-License-Identifier: MIT
#
# Runs the GoogleTest binary against the real device.
. /lib.sh

load pidlab
/bin/pidlab_vm_tests >&3
status=$?
gates_after pidlab && exit "$status"
