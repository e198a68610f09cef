#!/bin/sh
# The env contract of rollout for POSIX sh and awk. The exit code is the answer: 0 on, 1 off.
#
#   if ./is-enabled.sh FEATURE_SEARCH "$user" country=se; then …; fi
#
# An id of - is read from the standard input. What is not understood is off and said on the standard error.
# Without an id: on at 100 % only, or by a segment. The file ROLLOUT_FILE names wins over the environment.
[ $# -ge 1 ] || { echo "usage: $0 TOGGLE [ID] [NAME=VALUE...]" >&2; exit 64; }
LC_ALL=C exec awk -f "${0%/*}/toggles.awk" -- "$@"
