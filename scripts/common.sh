# shellcheck shell=bash
# What the scripts share. Source it first: it also moves to the top of the clone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Ends with one sentence on stderr.
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# A heading, so that a long run can be read at a glance.
section() {
    if [[ -t 1 ]]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

# Runs a command with its output kept in build/logs/NAME.log, and shown only when it fails.
# Usage: quietly NAME COMMAND…
quietly() {
    local log="build/logs/$1.log"
    shift
    mkdir -p build/logs
    if ! "$@" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        return 1
    fi
}

# Builds the release server and prints the path of the executable.
release_server() {
    quietly release swift build -c release --product realtime-server || return 1
    printf '%s/realtime-server\n' "$(swift build -c release --show-bin-path)"
}
