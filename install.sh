#!/bin/sh
# Installs attune-core-timer-sensor: a release's executable, or what this checkout makes. See --help.
#
# Nothing is run with sudo, nothing is started, no profile is edited, and no download is installed or run
# whose SHA-256 is not the one that its release names.
set -eu
umask 022

NAME=attune-core-timer-sensor
DENO_VERSION=2.9.6
# The release workflow writes down here where the releases of its repository are.
RELEASES=
MIRROR=${ATTUNE_SENSOR_MIRROR:-$RELEASES}
VERSION=${ATTUNE_SENSOR_VERSION:-latest}
DIR=${ATTUNE_SENSOR_DIR:-}
ROOT=${DESTDIR:-}
UNIT=/etc/systemd/system/$NAME.service
ENV_FILE=/etc/attune/sensor-timer.env

say() { printf '%s\n' "$NAME: $*" >&2; }
die() { say "error: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
# One word for a shell, whatever is in it.
quoted() { printf "'"; printf %s "$1" | sed "s/'/'\\\\''/g"; printf "'"; }

usage() {
  cat <<EOF
Usage: sh install.sh [options]

  --from-source    build what is installed from this checkout, instead of downloading a release
  --systemd        write a unit and a file for its settings too, neither enabled nor started
  --dir DIR        where to install (default: /usr/local/bin as root, else ~/.local/bin)
  --uninstall      remove what was installed there, and the unit; the settings stay
  -h, --help       print this

Environment:
  ATTUNE_SENSOR_MIRROR    where the releases are, such as https://github.com/OWNER/REPO/releases
  ATTUNE_SENSOR_VERSION   the release, such as v1.2.3 (default: latest)
  ATTUNE_SENSOR_DIR       the same as --dir
  DESTDIR                 put before each path that is written, for packagers
EOF
}

# --- A release

find_target() {
  os=$(uname -s) arch=$(uname -m)
  case $arch in
    x86_64 | amd64) arch=x86_64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    *) die "there is no executable for the processor $arch" ;;
  esac
  case $os in
    Linux) TARGET=$arch-unknown-linux-gnu; check_libc ;;
    Darwin)
      # A shell under Rosetta does not know that the machine is another.
      [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" != 1 ] || arch=aarch64
      TARGET=$arch-apple-darwin
      ;;
    *) die "there is no executable for $os here; the one for Windows is among the files of the release" ;;
  esac
}

# Refuses a C library that is known not to do. Of another, the trial run of the download tells.
check_libc() {
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 || :)
  case $libc in
    *musl*) die "this system has musl: the executable needs glibc 2.27 or newer" ;;
    'glibc '*) ;;
    *) return 0 ;;
  esac
  version=${libc#glibc }
  major=${version%%.*} minor=${version#*.}
  minor=${minor%%.*}
  if [ "$major" -lt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -lt 27 ]; }; then
    die "this system has glibc $version: the executable needs 2.27 or newer"
  fi
}

# download URL FILE
download() {
  case $1 in https://*) is_secure=1 ;; *) is_secure= ;; esac
  if has curl; then
    # What came over TLS must not send us on to what does not.
    curl ${is_secure:+--proto =https --tlsv1.2} --retry 3 -fsSL -o "$2" "$1"
  elif has wget; then
    if [ "$is_secure" ] && wget --help 2>&1 | grep -q https-only; then
      wget --https-only --secure-protocol=TLSv1_2 -q -O "$2" "$1"
    else
      wget -q -O "$2" "$1"
    fi
  else
    die "curl or wget is needed"
  fi || die "cannot download $1"
}

sha256() {
  if has sha256sum; then sha256sum <"$1"
  elif has shasum; then shasum -a 256 <"$1"
  elif has openssl; then openssl dgst -sha256 -r <"$1"
  else die "sha256sum, shasum or openssl is needed, to check what is downloaded"
  fi | cut -d ' ' -f 1
}

install_release() {
  [ "$MIRROR" ] || die "set ATTUNE_SENSOR_MIRROR to where the releases are, or build with --from-source"
  case $VERSION in
    latest) from=$MIRROR/latest/download ;;
    *) from=$MIRROR/download/v${VERSION#v} ;;
  esac
  case $MIRROR in
    https://*) ;;
    *) say "warning: without https nobody knows who answers as $MIRROR" ;;
  esac
  find_target
  file=$NAME-$TARGET
  download "$from/SHA256SUMS" "$stage/SHA256SUMS"
  expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$stage/SHA256SUMS")
  [ "$expected" ] || die "$from/SHA256SUMS does not name $file"
  if [ -f "$ROOT$DIR/$NAME" ] && [ "$(sha256 "$ROOT$DIR/$NAME")" = "$expected" ]; then
    say "it is installed already: $("$ROOT$DIR/$NAME" --version)"
    return
  fi
  say "downloading $from/$file"
  download "$from/$file" "$stage/$NAME"
  actual=$(sha256 "$stage/$NAME")
  [ "$actual" = "$expected" ] ||
    die "$file is not what its release says: expected SHA-256 $expected, got ${actual:-none}"
  put_executable
}

# --- A checkout

# Deno as this version, from the machine or from npm.
run_deno() {
  if has deno && [ "$(deno eval -p Deno.version.deno 2>/dev/null)" = "$DENO_VERSION" ]; then deno "$@"
  elif has npx; then npx -y "deno@$DENO_VERSION" "$@"
  else die "Deno $DENO_VERSION is needed, or Node's npx to get it from npm"
  fi
}

install_from_source() {
  CDPATH='' cd -- "$(dirname -- "$0")"
  [ -f deno.json ] || die "--from-source is for a checkout, which $PWD is not"
  deno=$(run_deno eval -p 'Deno.execPath()')
  rm -f "dist/$NAME.js"
  if "$deno" task -q compile >"$stage/build.log" 2>&1; then
    cp "dist/$NAME-$("$deno" eval -p Deno.build.target)" "$stage/$NAME"
    put_executable
  elif [ -f "dist/$NAME.js" ]; then
    say "deno compile could not get its base runtime: installing the bundle instead, with Deno $DENO_VERSION"
    cp "dist/$NAME.js" "$deno" "$stage"
    write_launcher "$stage" >"$stage/$NAME"
    try_out
    write_launcher "$DIR/$NAME.d" >"$stage/$NAME"
    mkdir -p "$ROOT$DIR/$NAME.d"
    mv -f "$stage/deno" "$stage/$NAME.js" "$ROOT$DIR/$NAME.d"
    put
  else
    cat "$stage/build.log" >&2
    die "the build failed"
  fi
}

# write_launcher FOLDER: starts the bundle that is there with the permissions and flags of the executable,
# and beside them the token file that the operator names.
write_launcher() {
  folder=$(quoted "$1")
  cat <<EOF
#!/bin/sh
# Written by install.sh.
# A service's user has no home in which Deno could look for its cache, and need not be able to write here.
export DENO_DIR=$folder/cache DENO_NO_UPDATE_CHECK=1
file=\${ATTUNE_SENSOR_TOKEN_STATE_PATH:-\${ATTUNE_API_TOKEN_FILE:-}}
exec $folder/deno run -q --no-config --no-lock --no-remote --no-npm --no-prompt \\
  --allow-net --allow-env \${file:+"--allow-read=\$file"} \\
  --v8-flags=--max-semi-space-size=4,--no-allocation-site-pretenuring $folder/$NAME.js "\$@"
EOF
}

# --- Both

# What is staged lies in the folder it is meant for: a rename puts it in place whole and at once, also under
# a sensor that is running.
stage_in() {
  mkdir -p "$1" 2>/dev/null || :
  stage=$(mktemp -d "$1/.$NAME.XXXXXX" 2>/dev/null) ||
    die "cannot write to $1: try --dir, or as another user"
  trap 'rm -rf "$stage"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

try_out() {
  chmod 755 "$stage/$NAME"
  # What is packaged for another place need not run in this one.
  [ "$ROOT" ] || "$stage/$NAME" --version >&2 || die "what was to be installed does not run on this machine"
}

put() {
  chmod 755 "$stage/$NAME"
  mv -f "$stage/$NAME" "$ROOT$DIR/$NAME"
  say "installed as $ROOT$DIR/$NAME"
}

# What a bundle had beside it is of no use to an executable.
put_executable() {
  try_out
  put
  rm -rf -- "$ROOT$DIR/$NAME.d"
}

write_unit() {
  mkdir -p "$ROOT${UNIT%/*}" "$ROOT${ENV_FILE%/*}" || die "cannot write $ROOT$UNIT: try as another user"
  unit >"$ROOT$UNIT.new"
  mv -f "$ROOT$UNIT.new" "$ROOT$UNIT"
  if [ ! -e "$ROOT$ENV_FILE" ]; then
    (umask 077 && settings >"$ROOT$ENV_FILE")
  fi
  say "wrote $ROOT$UNIT; the settings are in $ROOT$ENV_FILE. Once they are right:"
  say "  systemctl daemon-reload && systemctl enable --now $NAME"
}

settings() {
  cat <<EOF
# For systemd alone, which reads it at each start: keep it at mode 0600.
ATTUNE_API_URL=
ATTUNE_API_TOKEN=
ATTUNE_SENSOR_REF=core.timer
ATTUNE_MQ_URL=
ATTUNE_MQ_EXCHANGE=attune.events
EOF
}

unit() {
  cat <<EOF
# Written by install.sh, which writes it anew: changes belong into "systemctl edit $NAME".
[Unit]
Description=Attune timer sensor
Wants=network-online.target
After=network-online.target rabbitmq-server.service
# Twenty ends within five minutes are those of wrong settings. While the API or RabbitMQ is out of reach
# at the start, each attempt takes half a minute, and goes on for ever.
StartLimitIntervalSec=300
StartLimitBurst=20

[Service]
Type=exec
ExecStart=$DIR/$NAME
EnvironmentFile=$ENV_FILE
Restart=always
RestartSec=5
TimeoutStopSec=30
OOMPolicy=stop
MemoryMax=512M
TasksMax=128

# Who it is
DynamicUser=yes
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes

# What it sees of the machine
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
DevicePolicy=closed
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
PrivateIPC=yes

# What it may ask of the kernel
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
KeyringMode=private
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
# V8 guards its code with memory protection keys; it makes code at run time, so that
# MemoryDenyWriteExecute=yes would end it at once.
SystemCallFilter=@system-service @pkey
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
EOF
}

uninstall() {
  found=
  for path in "$DIR/$NAME" "$DIR/$NAME.d" "$UNIT"; do
    [ -e "$ROOT$path" ] || continue
    # The unit may be of what is installed in another folder.
    [ "$path" != "$UNIT" ] || grep -qxF "ExecStart=$DIR/$NAME" "$ROOT$UNIT" || continue
    rm -rf -- "$ROOT$path" || die "cannot remove $ROOT$path"
    say "removed $ROOT$path"
    found=1
  done
  [ "$found" ] || say "there is nothing of it in $ROOT$DIR"
  [ ! -e "$ROOT$ENV_FILE" ] || say "$ROOT$ENV_FILE stays: it holds secrets that are yours"
}

main() {
  action=install_release with_unit=
  while [ $# -gt 0 ]; do
    case $1 in
      --from-source) action=install_from_source ;;
      --systemd) with_unit=1 ;;
      --dir) [ $# -gt 1 ] || die "--dir needs a folder"; DIR=$2; shift ;;
      --uninstall) action=uninstall ;;
      -h | --help) usage; exit 0 ;;
      *) die "unknown option '$1', see --help" ;;
    esac
    shift
  done
  if [ -z "$DIR" ]; then
    if [ "$(id -u)" -eq 0 ]; then DIR=/usr/local/bin; else DIR=${HOME:?}/.local/bin; fi
  fi
  case $DIR in /*) ;; *) DIR=$PWD/$DIR ;; esac
  case $ROOT in /* | '') ;; *) ROOT=$PWD/$ROOT ;; esac
  # Such as a checkout, which is neither to be put into nor to be removed.
  [ ! -d "$ROOT$DIR/$NAME" ] || die "$ROOT$DIR/$NAME is a folder"
  if [ "$action" = uninstall ]; then uninstall; return; fi
  case $with_unit$DIR in
    1/home/* | 1/root/*) die "a service sees no home: give --systemd a --dir such as /usr/local/bin" ;;
  esac
  case $with_unit$DIR in
    1*[!A-Za-z0-9/._+@:-]*) die "a unit cannot name $DIR as it is: give --dir one of plain characters" ;;
  esac
  stage_in "$ROOT$DIR"
  "$action"
  if [ "$with_unit" ]; then write_unit; fi
  case ":$PATH:" in *":$DIR:"*) ;; *) say "$DIR is not in your PATH" ;; esac
}

# On the last line, so that half a download of this script does nothing.
main "$@"
