# Installs the packages of tools/packages.txt: sourced by ./dev, entry setup_packages GROUP…
# Works with bash, dpkg and apt-get alone: before it ran, nothing else may be there.

# setup_wanted GROUP…: "package<TAB>what for" of every package in the groups.
setup_wanted() {
  local package group use licence found purpose wanted
  while IFS='|' read -r package group use licence found purpose; do
    case "$package" in '#'* | '') continue ;; esac
    read -r package <<<"$package"
    read -r group <<<"$group"
    read -r purpose <<<"$purpose"
    for wanted in "$@"; do
      [ "$group" = "$wanted" ] && printf '%s\t%s\n' "$package" "$purpose"
    done
  done <"$HINOMI_ROOT/tools/packages.txt"
  return 0
}

setup_is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Known to apt with a version that can be installed.
setup_is_offered() {
  case "$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)" in
    *'Candidate: (none)'* | '') return 1 ;;
  esac
}

setup_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "dev: installing needs root, and there is no sudo. Run once as root: ./dev setup" >&2
    return 1
  fi
}

setup_apt() {
  setup_as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get -q -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# setup_packages GROUP…: says what is missing and why, then installs it. Asks nothing.
setup_packages() {
  if [ "${HINOMI_NO_SETUP:-}" = 1 ]; then return 0; fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "dev: no apt-get here; install what tools/packages.txt lists, then set HINOMI_NO_SETUP=1." >&2
    return 1
  fi
  local package purpose groups=" $* "
  local missing=() optional=()
  # Here-strings, not <(…): a bare machine may have no /dev/fd.
  while IFS=$'\t' read -r package purpose; do
    if [ -z "$package" ] || setup_is_installed "$package"; then continue; fi
    if [ ${#missing[@]} -eq 0 ]; then echo "Installing with apt-get:"; fi
    printf '  %-20s %s\n' "$package" "$purpose"
    missing+=("$package")
  done <<<"$(setup_wanted "$@")"
  if [ "${groups#* build }" != "$groups" ]; then
    while IFS=$'\t' read -r package purpose; do
      if [ -z "$package" ] || setup_is_installed "$package"; then continue; fi
      optional+=("$package")
    done <<<"$(setup_wanted speed)"
  fi
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  setup_as_root true || return 1
  setup_install "${missing[@]}" || return 1
  for package in "${optional[@]}"; do
    echo "  also, if offered: $package"
    if setup_is_offered "$package"; then setup_apt install -y --no-install-recommends "$package" || true; fi
  done
}

# Once as the lists are, and once more with fresh lists: they may be missing, or name versions that are gone. That an
# update fails says little (another source on the machine may be broken): what counts is what is offered after it.
setup_install() {
  local package updated=no
  for package in "$@"; do
    if setup_is_offered "$package"; then continue; fi
    setup_apt update || true
    updated=yes
    break
  done
  for package in "$@"; do
    if setup_is_offered "$package"; then continue; fi
    echo "dev: no package '$package' in this system's sources." >&2
    echo "     Debian 12, Debian 13 and Ubuntu 24.04 (with universe) have it; see docs/en/development.md." >&2
    return 1
  done
  if setup_apt install -y --no-install-recommends "$@"; then return 0; fi
  if [ "$updated" = yes ]; then return 1; fi
  setup_apt update || true
  setup_apt install -y --no-install-recommends "$@"
}
