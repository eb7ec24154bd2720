#!/usr/bin/env bash
# Shows that a fresh Debian 12 with nothing but bash and git can build, run and test this project.
#   tests/fresh_debian.sh [FOLDER]     as root; needs debootstrap, about 6 GB and up to an hour
# FOLDER (default: a new temporary one) holds the system and is removed in the end. What is tested
# is what git has: the last commit.
set -euo pipefail
umask 022

project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
suite=bookworm
system=""
mounted=()

say() { printf '\n=== %s\n' "$*"; }

die() {
  printf 'fresh_debian: %s\n' "$*" >&2
  exit 1
}

# Unmounts in reverse order; removes nothing while anything is still mounted.
clean_up() {
  local i
  trap - EXIT
  for ((i = ${#mounted[@]} - 1; i >= 0; --i)); do
    umount --recursive "${mounted[i]}" || umount --lazy "${mounted[i]}" || true
  done
  if [[ -z $system || ! -d $system ]]; then
    return
  fi
  if grep -qF " $system/" /proc/self/mounts; then
    printf 'fresh_debian: something is still mounted below %s, so it stays\n' "$system" >&2
  else
    rm -rf --one-file-system "$system"
  fi
}

check_machine() {
  [[ $EUID -eq 0 ]] || die "this needs root, for chroot and mounts"
  command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
  git -c safe.directory="$project" -C "$project" rev-parse --verify --quiet HEAD >/dev/null ||
    die "$project has no commit to test"
}

# "deb URI SUITE COMPONENT" of every Debian archive that this machine uses.
archives() {
  # shellcheck disable=SC2016  # apt-get's own variables
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$3 == suite || index($3, suite "-") == 1' | sort -u
}

bootstrap() {
  local mirror
  mirror=$(archives | awk -v suite="$suite" '$3 == suite && $4 == "main" {print $2; exit}')
  [[ -n $mirror ]] || die "this machine's apt knows no archive of Debian $suite"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$system" "$mirror"
  archives >"$system/etc/apt/sources.list"
  # How to reach the archives: proxies and the like.
  apt-config dump | grep -E '^Acquire::https?::' >"$system/etc/apt/apt.conf.d/90as-outside" || true
  cp --dereference /etc/hosts /etc/resolv.conf "$system/etc/"
}

mount_into() {
  local kind=$1 target=$system/$2
  mkdir -p "$target"
  case $kind in
    bind) mount --rbind "/$2" "$target" && mounted+=("$target") && mount --make-rslave "$target" ;;
    *) mount -t "$kind" "$kind" "$target" && mounted+=("$target") ;;
  esac
}

inside() {
  chroot "$system" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -euo pipefail -c "$1"
}

# timed NAME COMMAND: a command inside, with its time.
timed() {
  local started=$SECONDS
  say "$1: $2"
  inside "$2"
  times+=("$(printf '%-24s %5d s' "$1" $((SECONDS - started)))")
}

copy_project() {
  git -c safe.directory="$project" clone --quiet --no-hardlinks "$project" "$system/root/project" ||
    die "the project cannot be cloned"
}

main() {
  local times=()
  check_machine
  system=$(readlink -f "${1:-$(mktemp -d -t fresh-debian-XXXXXX)}")
  [[ -d $system && -z $(ls -A "$system") ]] || die "$system is no empty folder"
  trap clean_up EXIT
  trap 'exit 130' INT TERM

  say "Debian $suite into $system"
  bootstrap
  mount_into proc proc
  mount_into bind dev
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
