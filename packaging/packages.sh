# shellcheck shell=bash disable=SC2034
# The one list of Debian 12 packages, read by ./quickstart and ./check. Nothing else names packages to install.

# To build dunlin-node and to try it out.
packages_node=(
  g++ cmake ninja-build pkg-config mold          # compiler, generator, linker
  ccache                                         # here too: coming later it would change every command of a build
  libboost1.81-dev                               # Asio, Beast
  libssl-dev libargon2-dev                       # TLS and digests, password hashes
  libcurl4-openssl-dev                           # requests to other hosts
  libsqlite3-dev                                 # storage
  libexpected-dev nlohmann-json3-dev             # Result<T>, reading JSON
  libtomlplusplus-dev libcli11-dev               # node.toml, command line
  libicu-dev libmd4c-dev                         # text in any script, Markdown
  libgumbo-dev                                   # HTML of other servers, read as browsers do
  libarchive-dev                                 # backups
  libjemalloc-dev                                # memory
  zlib1g-dev                                     # checksums of compressed answers
  ca-certificates python3                        # peers' certificates, the demonstration
)
# To build and run the tests besides.
packages_test=(
  qt6-base-dev                                   # QtTest, the frame of every test
  toot python3-mastodon python3-requests         # clients that we did not write
  chromium-driver python3-selenium               # a browser
  python3-cryptography                           # signatures of hostile servers
  sqlite3 openssl curl git procps                # looking at a node from outside
  clang-format
)
# Only where no newer node.js is in the PATH.
packages_nodejs=(nodejs npm)
# Only for the fuzz preset and for tests/bench.
packages_fuzz=(clang libclang-rt-14-dev)
packages_bench=(nginx-light)

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
  local installed name
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"  # fails for an unknown one
  for name in "$@"; do
    [[ $installed == *" installed:$name "* ]] || echo "$name"
  done
}

# install_packages LOG NAME...: installs what is missing; does and says nothing when nothing is.
# Needs root or sudo only when something is missing. Every line of apt goes to LOG.
install_packages() {
  local log=$1 missing as_root=()
  shift
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This script installs packages on Debian 12 only, and there is no apt-get here. Install these yourself" >&2
    echo "(see CONTRIBUTING.md for building without the scripts): $*" >&2
    return 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "${#missing[@]} Debian packages are missing, and installing them needs root or sudo. As root, run:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
      echo "then start this script again." >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${#missing[@]} Debian packages and what they need (every line in $log): ${missing[*]}"
  mkdir -p "$(dirname "$log")"
  : >"$log"
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "apt-get update failed: check the network and /etc/apt/sources.list, then start this script again." >&2
    return 1
  fi
  # The status has a pipe of its own: apt makes it non-blocking, and packages' scripts that write to it would fail.
  # Descriptor 3 is opened behind sudo, which closes all but the first three.
  # shellcheck disable=SC2016
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
    'exec apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 "$@" 3>&1 1>&2' \
    apt-get "${missing[@]}" 2>>"$log" | show_apt_progress; then
    grep -a '^E:' "$log" >&2 || tail -n 5 "$log" >&2
    echo "apt-get install failed. This list is for Debian 12 (bookworm); /etc/os-release says: $(os_name)." >&2
    return 1
  fi
}

os_name() {
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-unknown}")
}

# Shows apt's percentages in one line that is written over; on a terminal only.
show_apt_progress() {
  local line percent shown=''
  while IFS= read -r line; do
    [[ -t 1 && $line =~ ^(pmstatus|dlstatus):[^:]*:([0-9]+) ]] || continue
    percent=${BASH_REMATCH[2]}
    [[ $percent != "$shown" ]] || continue
    shown=$percent
    if [[ $line == dl* ]]; then printf '\r  downloading %3d %%' "$percent"; else printf '\r  installing  %3d %%' "$percent"; fi
  done
  [[ -z $shown ]] || printf '\r                     \r'
}
