# SPDX-License-Identifier: MIT
#
# Runs random programs on model and module, then on real processes and module. Seed and
# the numbers of commands of both are in /torture; no part runs where its number is 0.
. /lib.sh

load pidlab
read -r seed commands steps </torture
status=0
if [ "$commands" != 0 ]; then
	/bin/pidlab_torture "$seed" "$commands" >&3 || status=1
fi
if [ "$steps" != 0 ]; then
	/bin/pidlab_oracle_torture "$seed" "$steps" >&3 || status=1
fi
gates_after pidlab && exit "$status"
