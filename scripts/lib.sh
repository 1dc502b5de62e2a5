# Shared by quickstart and test: finds or installs what riskscan needs. Sourced, not run.

venv=${RISKSCAN_VENV:-.venv}
packages=(nmap iproute2 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)

say() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi; }
stop() { printf 'error: %s\n' "$1" >&2; [ $# -gt 1 ] && printf 'hint: %s\n' "$2" >&2; exit 3; }

# A Python of 3.11 or newer that can make virtual environments.
find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
  if python=$(find_python); then
    "$python" -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
  else
    printf '%s\n' python3 python3-venv
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_system_packages() {
  command -v apt-get >/dev/null || stop "this script knows Debian and Ubuntu only" \
    "install nmap, pango and harfbuzz-subset with your own package manager, then see README.md, Installing by hand"
  local wanted
  mapfile -t wanted < <(missing_packages)
  if [ ${#wanted[@]} -eq 0 ]; then
    echo "System packages: all there (${packages[*]})."
    return
  fi
  say "Installing system packages: ${wanted[*]}"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    stop "system packages are missing and there is no sudo" "as root: apt-get install ${wanted[*]}"
  fi
  as_root apt-get update -qq || stop "apt-get update failed" "is this machine online?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" \
    || stop "apt-get could not install: ${wanted[*]}" "read its message above; then run this script again"
}

# Installs a lock file, with hashes, and riskscan itself from this folder.
install_python_packages() {
  local lock=$1 python stamp
  python=$(find_python) || stop "no Python 3.11 or newer" "install one, or name it: PYTHON=/path/to/python3 $0"
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || stop "cannot make a virtual environment in $venv"
  stamp=$venv/.installed-$(basename "$lock")
  if [ -e "$stamp" ] && cmp -s "$lock" "$stamp" && "$venv/bin/python" -c 'import riskscan' 2>/dev/null; then
    echo "Python packages: all there ($lock)."
    return
  fi
  say "Installing Python packages into $venv: what $lock names, checked by hash"
  # One dependency has only a source release, and an old pip builds it the old way with a warning.
  export PIP_USE_PEP517=1
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" \
    || stop "pip could not install $lock" "is this machine online? read pip's message above"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable . \
    || stop "pip could not install riskscan itself" "read pip's message above"
  cp "$lock" "$stamp"
}
