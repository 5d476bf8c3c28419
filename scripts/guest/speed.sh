# SPDX-License-Identifier: MIT
#
# Measures each build of the module in turn; their names are in /builds.

while read -r name; do
	insmod "/$name.ko" || exit 1
	/bin/speed "$name" >&3 || exit 1
	rmmod pidlab || exit 1
done </builds
