#!/usr/bin/env bash
# Tries the Debian package on a machine that has nothing: installs it in a minimal Debian in a folder, looks at
# what is there, starts the server and stops it (without systemd), removes and purges it.
#
# usage (as root): tools/try_package.sh [--suite NAME] PACKAGE SCRATCH
#   SCRATCH must not exist yet and needs about 1 GB; remove it by hand when you have looked at it.
# Package sources are those of this machine. By hand only: it takes minutes, so it is no part of ./dev test.
set -euo pipefail

suite=bookworm
while [ $# -gt 0 ]; do
  case "$1" in
    --suite) suite=$2; shift 2 ;;
    --*) sed -n '2,8p' "$0" >&2; exit 2 ;;
    *) break ;;
  esac
done
if [ $# -ne 2 ]; then sed -n '2,8p' "$0" >&2; exit 2; fi
package=$(realpath "$1")
scratch=$(realpath -m "$2")
if [ "$(id -u)" -ne 0 ]; then echo "Run it as root: it needs chroot and mount." >&2; exit 1; fi
for program in debootstrap lintian; do
  if ! command -v "$program" >/dev/null; then echo "Install $program first." >&2; exit 1; fi
done
if [ -e "$scratch" ]; then echo "$scratch exists already; name another folder, or remove it." >&2; exit 1; fi

problems=0
check() { # check WHAT COMMAND…: runs it and says how it went
  local what=$1 code=0
  shift
  "$@" >"$scratch.out" 2>&1 </dev/null || code=$?
  if [ "$code" -eq 0 ]; then
    echo "ok      $what"
  else
    echo "FAILED  $what (exit code $code)"
    sed 's/^/          /' "$scratch.out" | tail -20
    problems=$((problems + 1))
  fi
}
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$scratch" "$@"
}
absent() { [ ! -e "$1" ]; }
says() { # says TEXT COMMAND…: whatever its exit code
  local text
  text=$(inside "${@:2}" 2>&1) || true
  case "$text" in *"$1"*) ;; *) echo "$text"; return 1 ;; esac
}

# The sources of this machine that belong to the suite: "address suite component", one a line.
sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite || index($2, suite "-") == 1' | sort -u
}

echo "== The package itself"
check "lintian has no error" lintian --fail-on error --allow-root "$package"
sed 's/^/          /' "$scratch.out"

echo "== Minimal $suite in $scratch"
mirror=$(sources | awk -v suite="$suite" '$2 == suite { print $1; exit }')
if [ -z "$mirror" ]; then echo "This machine has no package source for $suite." >&2; exit 1; fi
debootstrap --variant=minbase --include=ca-certificates "$suite" "$scratch" "$mirror" >"$scratch.log" 2>&1 ||
  { tail -20 "$scratch.log" >&2; exit 1; }
sources | sed 's/^/deb /' >"$scratch/etc/apt/sources.list"
apt-config dump --format '%f "%v";%n' | grep -iE '^Acquire::https?::Proxy "' >"$scratch/etc/apt/apt.conf.d/90proxy" || true
cp /etc/resolv.conf /etc/hosts "$scratch/etc/"
printf '#!/bin/sh\nexit 101\n' >"$scratch/usr/sbin/policy-rc.d"
chmod 755 "$scratch/usr/sbin/policy-rc.d"
mount -t proc proc "$scratch/proc"
server=
trap 'if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; fi; umount "$scratch/proc"' EXIT

echo "== Installing"
cp "$package" "$scratch/tmp/hinomi.deb"
check "apt-get update" inside apt-get -q update
check "apt-get install" inside apt-get -q install -y --no-install-recommends /tmp/hinomi.deb
check "every file is as it was packed" inside dpkg --verify hinomi
check "the account is there, without a shell" says ':/var/lib/hinomi:/usr/sbin/nologin' getent passwd hinomi
check "the data folder is the account's alone" test "$(stat -c '%a %U' "$scratch/var/lib/hinomi" | cut -d' ' -f1)" = 700
check "hinomi --version" says "$(dpkg-deb -f "$package" Version | sed 's/-.*//')" hinomi --version
check "messages in Japanese" says 'というコマンド' env LC_ALL=ja_JP.UTF-8 hinomi nonsense
check "rules and mappings are found" inside hinomi rules check /usr/share/hinomi/content/rules
check "the demo's logs are found guilty" inside sh -c \
  'cd /tmp && hinomi demo generate demo && hinomi scan --rules /usr/share/hinomi/content/rules demo/logs | grep -q rule'
check "hinomi-worker is there" says zygote /usr/libexec/hinomi/hinomi-worker

echo "== Serving"
port=$((20000 + RANDOM % 10000))
address=127.0.0.1:$port
answers() { # of the server's own address, within 30 s
  local turn
  for turn in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$address" >&3 &&
      head -1 <&3 | grep -q '^HTTP/1.1 ') 2>/dev/null; then return 0; fi
    if [ -n "$server" ] && ! kill -0 "$server" 2>/dev/null; then cat "$scratch.server"; return 1; fi
    sleep 0.1
  done
  cat "$scratch.server"
  return 1
}
ends_well() { # at SIGTERM, within 40 s
  local turn code=0
  for turn in $(seq 400); do
    if ! kill -0 "$server" 2>/dev/null; then wait "$server" || code=$?; server=; return "$code"; fi
    sleep 0.1
  done
  return 1
}
no_process() { # whose root is the folder
  local root
  for root in /proc/[0-9]*/root; do
    if [ "$(readlink "$root" 2>/dev/null)" = "$scratch" ]; then echo "$root"; return 1; fi
  done
}
# exec all the way, so that the process here is the supervisor.
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot --userspec=hinomi:hinomi --groups= "$scratch" \
  hinomi serve --data /var/lib/hinomi --listen "$address" >"$scratch.server" 2>&1 </dev/null &
server=$!
check "the server answers" answers
if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; fi
check "the server ends well" ends_well
check "its data is there" test -d "$scratch/var/lib/hinomi/journal"
check "nothing of it runs any more" no_process

echo "== With systemd"
check "apt-get install systemd" inside apt-get -q install -y --no-install-recommends systemd
check "systemd accepts the unit" inside systemd-analyze --man=no verify hinomi.service
check "systemd makes the same account" inside systemd-sysusers hinomi.conf
check "and the same folder" inside systemd-tmpfiles --create hinomi.conf

echo "== Removing"
check "apt-get remove" inside apt-get -q remove -y hinomi
check "the programs are gone" absent "$scratch/usr/bin/hinomi"
check "the data is kept" test -d "$scratch/var/lib/hinomi"
check "apt-get purge" inside apt-get -q purge -y hinomi
check "the data is gone" absent "$scratch/var/lib/hinomi"
check "nothing of the package is left" test -z "$(find "$scratch/usr" "$scratch/lib" "$scratch/etc" -iname '*hinomi*' -not -path '*/dpkg/*' -print -quit)"

rm -f "$scratch.out"
if [ "$problems" -gt 0 ]; then echo "$problems failed"; exit 1; fi
echo "all well"
