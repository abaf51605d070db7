# Builds the web interface (web/): sourced by ./dev behind setup.sh, entries setup_node, setup_browser, build_web PRESET.
# Nothing is built or installed again while its inputs are the same.

# web_node_is_new_enough: what Vite 8 and ESLint 10 ask for, and an npm beside it.
web_node_is_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
             process.exit(a > 22 || (a === 22 && b >= 13) || (a === 20 && b >= 19) ? 0 : 1)'
}

# Puts a node that is new enough into PATH: the system's, or the pinned one of tools/node, which the system's npm
# installs into build/tools.
setup_node() {
  local pinned=$HINOMI_ROOT/build/tools/node bin=$HINOMI_ROOT/build/tools/node/node_modules/.bin
  if [ "${HINOMI_PINNED_NODE:-}" != 1 ] && web_node_is_new_enough; then return 0; fi
  if ! cmp -s tools/node/package-lock.json "$pinned/package-lock.json" || [ ! -x "$bin/node" ]; then
    if [ "$(uname -m)" != x86_64 ]; then
      echo "dev: the web interface needs node 20.19, 22.13 or newer, with npm; install it (only x86-64 gets one here)." >&2
      return 1
    fi
    if ! command -v npm >/dev/null; then setup_packages web || return 1; fi
    echo "Installing a newer node into build/tools"
    rm -rf "$pinned"
    mkdir -p "$pinned"
    cp tools/node/package.json tools/node/package-lock.json "$pinned/"
    npm ci --prefix "$pinned" --no-audit --no-fund --loglevel=error || { rm -rf "$pinned"; return 1; }
  fi
  PATH=$bin:$PATH
  export PATH
  web_node_is_new_enough
}

# The browser of the tests; without one they are skipped, by name.
setup_browser() {
  if [ "${HINOMI_NO_SETUP:-}" = 1 ] || command -v chromium >/dev/null || ! command -v apt-get >/dev/null; then return 0; fi
  echo "  also, if offered: chromium (browser tests)"
  setup_is_offered chromium || setup_apt update || true
  if setup_is_offered chromium; then setup_apt install -y --no-install-recommends chromium || true; fi
}

# web_sum FILE…: one sum of names and contents.
web_sum() {
  sha256sum "$@" | sha256sum
}

web_sources() {
  find web/src web/public content/messages -type f ! -path web/src/i18n/messages.ts ! -path web/src/api/openapi.d.ts ! -name '*.test.ts' ! -name '*.test.tsx' | sort
  echo web/index.html web/vite.config.ts web/notices.ts web/package.json web/package-lock.json
}

# Packages exactly as locked.
web_packages() {
  local wanted
  wanted=$(web_sum web/package.json web/package-lock.json)
  if [ -d web/node_modules ] && [ "$(cat web/node_modules/.hinomi 2>/dev/null)" = "$wanted" ]; then return 0; fi
  (cd web && npm ci --no-audit --no-fund --loglevel=error) || return 1
  echo "$wanted" >web/node_modules/.hinomi
}

# The types of the API, from its description. They are not committed: they are long, and follow from it alone.
web_types() {
  local types=web/src/api/openapi.d.ts
  if [ -f "$types" ] && [ ! schema/openapi.json -nt "$types" ]; then return 0; fi
  (cd web && npm run --silent api >/dev/null)
}

# build_web PRESET: the typed texts (by the message compiler of that build), the packages, web/dist. Before the programs
# are configured, since they hold it.
build_web() {
  setup_node || return 1
  build "$1" --target hinomi_message_compiler || return 1
  "build/$1/tools/message_compiler/hinomi_message_compiler" --root . --ts web/src/i18n/messages.ts \
    content/messages/*.yaml || return 1
  web_packages && web_types || return 1
  local wanted stamp=build/web.stamp
  # shellcheck disable=SC2046
  wanted=$(web_sum $(web_sources))
  if [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  (cd web && npm run --silent build) || return 1
  echo "$wanted" >"$stamp"
}
