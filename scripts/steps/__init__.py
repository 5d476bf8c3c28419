# SPDX-License-Identifier: MIT
"""The steps behind the make targets, one module each: `python3 -m steps.NAME`."""
