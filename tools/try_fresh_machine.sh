#!/usr/bin/env bash
# Tries the two commands of the README on a machine that has nothing: a minimal Debian with git, in a folder.
#
# usage (as root): tools/try_fresh_machine.sh [--suite NAME] [--with-uncommitted] REPOSITORY SCRATCH [COMMAND…]
#   SCRATCH must not exist yet and needs about 6 GB; remove it by hand when you have looked at it.
#   COMMANDs run one after the other in a fresh clone; without one: './dev test' and './dev run'.
#   --with-uncommitted adds what is in the work tree but not committed yet.
# Package sources, and the authorities and registry that npm trusts, are those of this machine. A folder 'shared' beside REPOSITORY is copied beside the clone.
# By hand only: it takes up to half an hour, so it is no part of ./dev test.
set -euo pipefail

suite=bookworm
uncommitted=no
while [ $# -gt 0 ]; do
  case "$1" in
    --suite) suite=$2; shift 2 ;;
    --with-uncommitted) uncommitted=yes; shift ;;
    --*) sed -n '2,10p' "$0" >&2; exit 2 ;;
    *) break ;;
  esac
done
if [ $# -lt 2 ]; then sed -n '2,10p' "$0" >&2; exit 2; fi
repository=$(cd "$1" && pwd)
scratch=$2
shift 2
if [ $# -eq 0 ]; then set -- './dev test' './dev run'; fi

if [ "$(id -u)" -ne 0 ]; then echo "Run it as root: it needs chroot and mount." >&2; exit 1; fi
if ! command -v debootstrap >/dev/null; then echo "Install debootstrap first." >&2; exit 1; fi
if [ -e "$scratch" ]; then echo "$scratch exists already; name another folder, or remove it." >&2; exit 1; fi

# The sources of this machine that belong to the suite: "address suite component", one a line.
sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite || index($2, suite "-") == 1' | sort -u
}
mirror=$(sources | awk -v suite="$suite" '$2 == suite { print $1; exit }')
if [ -z "$mirror" ]; then echo "This machine has no package source for $suite." >&2; exit 1; fi

echo "== Minimal $suite in $scratch"
debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$scratch" "$mirror" >"$scratch.log" 2>&1 ||
  { tail -20 "$scratch.log" >&2; exit 1; }
sources | sed 's/^/deb /' >"$scratch/etc/apt/sources.list"
apt-config dump --format '%f "%v";%n' | grep -iE '^Acquire::https?::Proxy "' >"$scratch/etc/apt/apt.conf.d/90proxy" || true
cp /etc/resolv.conf /etc/hosts "$scratch/etc/"
rm -rf "$scratch/var/lib/apt/lists"/* # as in an image that ships without lists
if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
  mkdir -p "$scratch/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$scratch/usr/local/share/ca-certificates/"
  chroot "$scratch" update-ca-certificates >>"$scratch.log" 2>&1
fi
trust=()
if command -v npm >/dev/null; then
  cafile=$(npm config get cafile)
  if [ "$cafile" != null ]; then
    trust=(npm_config_cafile=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt)
  fi
  trust+=("npm_config_registry=$(npm config get registry)")
fi

echo "== Fresh clone of $repository"
home=$scratch/home/hinomi
mkdir -p "$home"
git clone --quiet --no-hardlinks "$repository" "$home/main"
if [ "$uncommitted" = yes ]; then
  git -C "$repository" ls-files -z --cached --others --exclude-standard |
    (cd "$repository" && xargs -0 -n 1 sh -c 'if [ -e "$1" ]; then printf "%s\0" "$1"; fi' -) |
    tar -C "$repository" --null -T - -cf - | tar -C "$home/main" -xf -
fi
chown -R 0:0 "$home/main"
if [ -d "$repository/../shared" ]; then cp -a "$repository/../shared" "$home/shared"; fi

mount -t proc proc "$scratch/proc"
mount -t tmpfs -o mode=1777 tmpfs "$scratch/dev/shm" || true
trap 'umount "$scratch/dev/shm" 2>/dev/null || true; umount "$scratch/proc"' EXIT

failed=0
for command in "$@"; do
  echo "== $command"
  started=$(date +%s)
  code=0
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" \
    ${JOBS:+JOBS="$JOBS"} "${trust[@]}" chroot "$scratch" /bin/bash -c "cd /home/hinomi/main && $command" </dev/null || code=$?
  echo "== $command: exit code $code after $(($(date +%s) - started)) s"
  if [ "$code" -ne 0 ]; then failed=1; fi
done
exit "$failed"
