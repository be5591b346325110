#!/bin/sh
# Installs attune-core-timer-sensor from this checkout: as one executable where the base runtime of
# `deno compile` can be had, else as one file of JavaScript with a launcher. See --help.
set -eu

NAME=attune-core-timer-sensor
DENO_VERSION=2.9.6
DIR=${ATTUNE_SENSOR_DIR:-}

say() { printf '%s\n' "$NAME: $*" >&2; }
die() { say "error: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

usage() {
  cat <<EOF
Usage: sh install.sh [options]

  --from-source    build from this checkout (the only way so far, and the default)
  --dir DIR        where to install (default: /usr/local/bin as root, else ~/.local/bin)
  --uninstall      remove what was installed there
  -h, --help       print this

Needs Deno $DENO_VERSION, or Node's npx to fetch it. Nothing is run with sudo and no profile is edited.
EOF
}

run_deno() {
  if has deno; then deno "$@"
  elif has npx; then npx -y "deno@$DENO_VERSION" "$@"
  else die "Deno or Node's npx is needed: see https://docs.deno.com/runtime/getting_started/installation"
  fi
}

default_dir() {
  if [ "$(id -u)" -eq 0 ]; then echo /usr/local/bin; else echo "$HOME/.local/bin"; fi
}

# Moves a file into place at once, so that a running sensor is not disturbed and none is half there.
put() {
  mode=$1 from=$2 to=$3
  if ! { cp "$from" "$to.new.$$" && chmod "$mode" "$to.new.$$" && mv -f "$to.new.$$" "$to"; }; then
    die "cannot write $to (try --dir, or as another user)"
  fi
}

write_launcher() {
  flags="run -q --no-config --no-lock --no-remote --no-npm --no-prompt --allow-net --allow-env"
  cat <<EOF
#!/bin/sh
if command -v deno >/dev/null 2>&1; then exec deno $flags "$1" "\$@"; fi
exec npx -y deno@$DENO_VERSION $flags "$1" "\$@"
EOF
}

install_from_source() {
  here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  [ -f "$here/deno.json" ] || die "this is no checkout: $here has no deno.json"
  cd "$here"
  mkdir -p "$DIR" || die "cannot make $DIR (try --dir, or as another user)"
  mkdir -p dist
  rm -f "dist/$NAME.js"
  if run_deno task -q compile >dist/build.log 2>&1; then
    put 755 "dist/$NAME" "$DIR/$NAME"
    rm -f "$DIR/$NAME.js"
  elif [ -f "dist/$NAME.js" ]; then
    say "deno compile could not get its base runtime: installing the bundle and a launcher for it"
    put 644 "dist/$NAME.js" "$DIR/$NAME.js"
    write_launcher "$DIR/$NAME.js" >"dist/$NAME.launcher"
    put 755 "dist/$NAME.launcher" "$DIR/$NAME"
  else
    cat dist/build.log >&2
    die "the build failed"
  fi
  "$DIR/$NAME" --version
  case ":$PATH:" in *":$DIR:"*) ;; *) say "$DIR is not in your PATH" ;; esac
}

main() {
  action=install_from_source
  while [ $# -gt 0 ]; do
    case $1 in
      --from-source) ;;
      --dir) [ $# -gt 1 ] || die "--dir needs a folder"; DIR=$2; shift ;;
      --uninstall) action=uninstall ;;
      -h | --help) usage; exit 0 ;;
      *) die "unknown option '$1', see --help" ;;
    esac
    shift
  done
  DIR=${DIR:-$(default_dir)}
  if [ "$action" = uninstall ]; then
    rm -f "$DIR/$NAME" "$DIR/$NAME.js" || die "cannot remove $DIR/$NAME"
    say "removed from $DIR"
  else
    install_from_source
  fi
}

main "$@"
