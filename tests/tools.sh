# Functions with which tests/run finds tools and installs them. It expects `say`, `in_group` and $may_install.

missing='' left_out=() skip=()

# need WHAT CHECK INSTALL HINT [TEST...]: runs INSTALL if CHECK fails. If CHECK fails again, the TESTs are left out, or
# if none are given, no test runs.
need() {
  local what=$1 check=$2 install=$3 hint=$4 words test && shift 4
  $check >/dev/null 2>&1 && return
  if $may_install && command -v "${install%% *}" >/dev/null; then
    say "Installing $what: $install"
    read -r -a words <<<"$install"
    if [[ $install == apt-get* ]]; then apt_install "${words[@]:2}"; else in_group "${words[@]}"; fi || true
    $check >/dev/null 2>&1 && return
  fi
  (($# > 0)) || missing+="missing: $what${install:+. Install: $install}${hint:+. $hint}"$'\n'
  for test; do left_out+=("$test ($what is missing)") skip+=(--skip "$test"); done
}

apt_install() (
  root=(env DEBIAN_FRONTEND=noninteractive)
  ((EUID == 0)) || root=(sudo "${root[@]}")
  if [[ $1 == postgresql ]]; then # Without this setting, the package starts a server.
    setting=/etc/postgresql-common/createcluster.d/registration-tests.conf
    trap '"${root[@]}" rm "$setting"; "${root[@]}" rmdir --ignore-fail-on-non-empty "${setting%/*}"' EXIT
    "${root[@]}" install -D --mode=644 /dev/stdin "$setting" <<<'create_main_cluster = false'
  fi
  "${root[@]}" apt-get -qq update </dev/null || true # Old lists may be good enough.
  "${root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@" </dev/null
  case $1 in # These packages start services, too.
    etcd-server | haproxy)
      [[ ! -d /run/systemd/system ]] || "${root[@]}" systemctl disable --quiet --now "${1%-server}" ;;
  esac
)

has_node() {
  command -v npm && node -e "const [major, minor] = process.versions.node.split('.'); process.exit($1 ? 0 : 1)"
}
has_packages() { [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; }
has_swaks() { command -v swaks && perl -MNet::SSLeay -e 1; }
has_patroni() { [[ $(patroni --version) =~ ([0-9]+)\. ]] && ((BASH_REMATCH[1] >= 4)); }
has_smtp_source() { [[ $(smtp-source -h 2>&1) == *usage:* ]]; }
has_postgres() {
  local folders=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /{opt/homebrew,usr/local}/opt/postgresql*/bin)
  PATH=$PATH$(printf ':%s' "${folders[@]}") command -v "${PG_BIN:+$PG_BIN/}initdb"
}
