#!/usr/bin/env bash
# Shows that a fresh Debian 12 with nothing but bash and git can build, run and test this project.
#   tests/fresh_debian.sh [FOLDER]     as root; needs debootstrap, about 6 GB and up to an hour
# FOLDER (default: a new temporary one) holds the system and is removed in the end. What is tested
# is what git has: the last commit.
set -euo pipefail
umask 022

project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=tests/fresh_system.sh
source "$project/tests/fresh_system.sh"

copy_project() {
  git -c safe.directory="$project" clone --quiet --no-hardlinks "$project" "$system/root/project" ||
    die "the project cannot be cloned"
}

main() {
  local times=()
  check_machine
  make_system "${1:-}"
  timed "bash and git" "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq \
    --no-install-recommends bash git ca-certificates >/dev/null"
  copy_project
  timed "first run" "cd /root/project && ./dev run workflows/hello.yaml"
  timed "second run" "cd /root/project && ./dev run workflows/hello.yaml"
  timed "tests" "cd /root/project && ./dev test"
  timed "doctor" "cd / && /root/project/dev doctor || true"

  say "times"
  printf '%s\n' "${times[@]}"
}

main "$@"
