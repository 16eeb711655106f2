# Sourced by the commands in this folder (bash): afterwards `node` is the pinned Node and node_modules/.bin is on
# PATH. Leaves the caller's shell options and folder alone; ends the caller, with one line, where it cannot help.

prepare_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

prepare_fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# npm needs a Node to run on; everything of ours then runs on the one that npm installs.
prepare_check_node() {
  local wanted='Node.js 20.19 or newer, with npm: see https://nodejs.org'
  command -v node >/dev/null || prepare_fail "Node.js is not installed. Install $wanted"
  local version major minor
  version=$(node --version 2>/dev/null) || prepare_fail "node does not run. Install $wanted"
  version=${version#v} major=${version%%.*} minor=${version#*.} minor=${minor%%.*}
  if ((major < 20 || (major == 20 && minor < 19))); then
    prepare_fail "Node.js here is $version, too old. Install $wanted"
  fi
  command -v npm >/dev/null || prepare_fail "npm is not installed. Install $wanted"
}

prepare_is_fresh() {
  local installed="$prepare_root/node_modules/.package-lock.json"
  [[ -e $installed && ! $prepare_root/package-lock.json -nt $installed ]]
}

prepare_install() {
  local log begin=$SECONDS
  log=$(mktemp)
  printf 'installing dependencies ... ' >&2
  if ! (cd "$prepare_root" && npm ci --no-audit --no-fund >"$log" 2>&1); then
    printf 'failed\n' >&2
    # the cause comes first, and may be followed by pages of usage; EBADENGINE only says that npm itself runs on
    # an older Node than ours
    grep -v EBADENGINE "$log" | head -n 20 >&2
    printf 'all of it: %s\n' "$log" >&2
    return 1
  fi
  rm -f "$log"
  touch "$prepare_root/node_modules/.package-lock.json"
  printf 'done in %ds\n' $((SECONDS - begin)) >&2
}

# One at a time: npm ci begins by removing node_modules. Whoever waited finds it fresh.
prepare_install_once() {
  local lock waited=0 owner status=0
  lock="${TMPDIR:-/tmp}/hexarisk-prepare-$(id -u)-$(printf %s "$prepare_root" | cksum | cut -d' ' -f1)"
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null)
    # an owner that is gone, or that has not written its pid after five seconds, has died
    if { [[ -n $owner ]] && ! kill -0 "$owner" 2>/dev/null; } || { [[ -z $owner ]] && ((waited >= 5)); }; then
      rm -rf "$lock"
      continue
    fi
    ((waited == 0)) && echo 'waiting for another installation of the dependencies ...' >&2
    ((waited < 600)) || prepare_fail "waited 10 minutes for another installation; if none runs: rm -r $lock"
    sleep 1
    waited=$((waited + 1))
  done
  echo "$$" >"$lock/pid"
  prepare_is_fresh || prepare_install || status=$?
  rm -rf "$lock"
  ((status == 0)) || exit "$status"
}

prepare_is_fresh || {
  prepare_check_node
  prepare_install_once
}
"$prepare_root/node_modules/node/bin/node" --version >/dev/null 2>&1 ||
  prepare_fail 'node_modules/node/bin/node does not run here. Remove node_modules and try again'
PATH="$prepare_root/node_modules/node/bin:$prepare_root/node_modules/.bin:$PATH"
export PATH
