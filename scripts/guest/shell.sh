# SPDX-License-Identifier: MIT
#
# A VM to play in: the module is loaded, the client and the scenarios are there.

insmod /pidlab.ko && echo "pidlab.ko is loaded; the device:" && ls -l /dev/pidlab
cat <<'END'

  pidlab shell                      a prompt that takes scenario lines
  pidlab run userspace/scenarios/*.scn
                                    scenarios; those of other suites are in kernel/
  pidlab --help                     the rest
  exit                              ends the VM

END
cd /
PS1='pidlab-vm# ' exec sh -i
