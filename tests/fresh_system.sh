# Sourced: a fresh Debian 12 in a folder, which goes away in the end. `project` is set by the caller.
# shellcheck shell=bash disable=SC2154
suite=bookworm
system=""
mounted=()

say() { printf '\n=== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
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
    printf 'something is still mounted below %s, so it stays\n' "$system" >&2
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

# make_system [FOLDER]: FOLDER is empty or absent.
make_system() {
  system=$(readlink -f "${1:-$(mktemp -d -t fresh-debian-XXXXXX)}")
  [[ -d $system && -z $(ls -A "$system") ]] || die "$system is no empty folder"
  trap clean_up EXIT
  trap 'exit 130' INT TERM

  say "Debian $suite into $system"
  bootstrap
  mount_into proc proc
  mount_into bind dev
}

# timed NAME COMMAND: a command inside, with its time; added to the array `times` of the caller.
timed() {
  local started=$SECONDS
  say "$1: $2"
  inside "$2"
  times+=("$(printf '%-24s %5d s' "$1" $((SECONDS - started)))")
}
