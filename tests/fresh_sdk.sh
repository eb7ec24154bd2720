#!/usr/bin/env bash
# Shows that the guide for plug-in authors is enough: on a fresh Debian 12 that has compilers and
# the two packages of this project, and nothing of its sources, the guide's own commands lead to a
# plug-in that passes `oa plugin check`, in C, C++ and Rust. Prints how long each took.
#   tests/fresh_sdk.sh [FOLDER]     as root; needs debootstrap and about 3 GB
set -euo pipefail
umask 022

project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=tests/fresh_system.sh
source "$project/tests/fresh_system.sh"

# The commands of a language: the block ```sh guide="LANGUAGE" of the guide.
commands_of() {
  awk -v start="\`\`\`sh guide=\"$1\"" '$0 == start {on = 1; next} /^```/ {on = 0} on' \
    "$project/docs/plugin-guide.md"
}

main() {
  local times=() language
  check_machine
  local packages
  mapfile -t packages < <("$project/dev" package)
  [[ ${#packages[@]} -eq 2 ]] || die "expected two packages, not: ${packages[*]}"
  make_system "${1:-}"
  cp "${packages[@]}" "$system/root/"
  timed "compilers" "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq \
    --no-install-recommends g++ cmake make cargo >/dev/null"
  timed "the packages" "DEBIAN_FRONTEND=noninteractive apt-get install -qq \
    --no-install-recommends /root/*.deb >/dev/null"
  for language in c cpp rust; do
    commands=$(commands_of "$language")
    [[ -n $commands ]] || die "the guide has no commands for $language"
    timed "guide: $language" "mkdir -p /root/$language && cd /root/$language
$commands"
  done
  say "times"
  printf '%s\n' "${times[@]}"
}

main "$@"
