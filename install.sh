#!/bin/sh
# Installs viewsync for one user, from this checkout or as pip, pipx or uv installed it; `sh install.sh --help` tells more.
#
# A private Python environment, a launcher, then `viewsync install`, which sets up tmux and WezTerm. Nothing is
# changed before it was said. Only the last line does anything, so half of a download does nothing.
set -eu

usage() {
    cat << 'END'
usage: sh install.sh [--dry-run] [--prefix DIR | --program PATH] [--sweeper systemd|launchd|timer|none]
       sh install.sh --uninstall [--purge] [--unrecorded] [--dry-run] [--prefix DIR | --program PATH]

  --dry-run       show what would change, and change nothing
  --prefix DIR    install below DIR instead of ~/.local: DIR/bin/viewsync, DIR/share/viewsync
  --program PATH  set up the viewsync that pip, pipx or uv installed there, and make no environment
                  (outside of a checkout: the one in PATH, unless this is given)
  --sweeper KIND  run the sweeper as a user service, or by a timer (default: as before; none the first time)
  --uninstall     remove everything that was installed; the registry and the history stay
  --purge         with --uninstall: also remove the registry, the history and the log
  --unrecorded    with --uninstall, where the record of the installation is lost: remove what is found

PYTHON names the interpreter (3.10 or newer); pip obeys its PIP_ variables. What is installed, and in
which version, stands in locks/.
END
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    dry_run='' action=install_all purge='' unrecorded='' prefix='' program='' sweeper=''
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry_run=--dry-run ;;
            --uninstall) action=uninstall_all ;;
            --purge) purge=--purge ;;
            --unrecorded) unrecorded=--unrecorded ;;
            --prefix=?*) prefix=${1#*=} ;;
            --program=?*) program=${1#*=} ;;
            --sweeper=?*) sweeper=${1#*=} ;;
            --prefix | --program | --sweeper)
                [ -n "${2-}" ] || fail "$1 needs a value (see --help)"
                case $1 in
                    --prefix) prefix=$2 ;;
                    --program) program=$2 ;;
                    *) sweeper=$2 ;;
                esac
                shift
                ;;
            -h | --help)
                usage
                return
                ;;
            *) fail "there is no option $1 (see --help)" ;;
        esac
        shift
    done
    case $sweeper in
        '' | systemd | launchd | timer | none) ;;
        *) fail "--sweeper takes systemd, launchd, timer or none, not $sweeper" ;;
    esac
    [ -n "${HOME-}" ] || fail 'HOME is not set, and viewsync is installed below it'
    need_own_home
    checkout=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
    if [ -n "$program" ] || [ ! -f "$checkout/viewsync/cli.py" ]; then
        [ -z "$prefix" ] || fail '--prefix is for the checkout of viewsync, and this sets up one that is installed already'
        by_program
        return
    fi
    prefix=${prefix:-$HOME/.local}
    case $HOME$prefix in *"
"*) fail "no line can hold the path of a folder with a line break; install viewsync with pipx or uv, and run: viewsync install" ;; esac
    case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
    prefix=${prefix%/}
    # Nobody else writes into a program that you run; and what is installed for everybody can be read by everybody.
    umask go-w
    case $prefix/ in "$HOME"/*) ;; *) umask 022 ;; esac
    venvs=$prefix/share/viewsync/venv
    # Whatever started us: the environment and the folders are those of this installation.
    unset VIEWSYNC_DIRS VIEWSYNC_LAUNCHER PYTHONHOME PYTHONPATH
    "$action"
}

# What root makes in the home of another user, that user can neither change nor remove.
need_own_home() {
    [ "$(id -u)" = 0 ] && [ -d "$HOME" ] || return 0
    [ -n "$(find "$HOME/." -prune -user 0)" ] ||
        fail "the home $HOME is another user's, and you are root: run this as that user, or with a home of your own (sudo -H)"
}

# Sets up, or takes back, what something else installed: it is where it is, and brings all that it needs.
by_program() {
    [ -n "$program" ] || program=$(command -v viewsync) ||
        fail 'this is only the installer; run it from a checkout of viewsync, or install viewsync with pipx or uv before'
    case $program in /*) ;; *) program=$PWD/$program ;; esac
    case $("$program" --version 2> /dev/null < /dev/null) in
        'viewsync '*) ;;
        *) fail "$program is no viewsync that works" ;;
    esac
    unset VIEWSYNC_DIRS VIEWSYNC_LAUNCHER PYTHONHOME PYTHONPATH
    if [ "$action" = uninstall_all ]; then
        "$program" uninstall ${purge:+"$purge"} ${unrecorded:+"$unrecorded"} ${dry_run:+"$dry_run"}
        [ -n "$dry_run" ] || say "$program stays: what installed it removes it"
    else
        need_tmux
        "$program" install ${dry_run:+"$dry_run"} ${sweeper:+--sweeper "$sweeper"}
        [ -n "$dry_run" ] || say "set up: $program (check it with its verb doctor, try it with demo)"
        [ -z "$missing_tmux" ] || printf 'install.sh: %s\n' "$missing_tmux" >&2
    fi
}

# Installing ----------------------------------------------------------------------------------------------------------

install_all() {
    find_python
    need_python
    need_tmux
    if [ -e "$prefix/bin/viewsync" ] && ! is_launcher "$prefix/bin/viewsync"; then
        fail "$prefix/bin/viewsync already exists and was not made by viewsync; move it, or choose another --prefix"
    fi
    venv=$venvs/$(identity)
    made=$(missing_folders "$venvs")
    if works "$venv/bin/python"; then
        set_up "$venv/bin/python"
    elif [ -n "$dry_run" ]; then
        say "would create a Python environment in $venv"
        say "would install viewsync and its dependencies into it, with $installer"
        say "would write $prefix/share/man/man1/viewsync.1: the manual page, which comes with it"
        set_up "$python"
    else
        build
        if ! set_up "$venv/bin/python"; then
            rm -rf "$venv"
            remove_made
            exit 1
        fi
    fi
    [ -n "$dry_run" ] || say "installed: $prefix/bin/viewsync (check it with its verb doctor, try it with demo)"
    [ -z "$missing_tmux" ] || printf 'install.sh: %s\n' "$missing_tmux" >&2
}

set_up() {
    viewsync_by "$1" install --prefix "$prefix" --made "$made" ${dry_run:+"$dry_run"} \
        ${sweeper:+--sweeper "$sweeper"}
}

# viewsync_by PYTHON WORDS: by the Python of an environment, or by any other with the code of the checkout.
viewsync_by() {
    interpreter=$1
    shift
    run='from viewsync.cli import main; sys.exit(main())'
    case $interpreter in
        "$venvs"/*) "$interpreter" -I -X utf8 -c "import sys; $run" "$@" ;;
        *)
            # Without an environment there is no platformdirs; -B, so that not even a cache is written.
            VIEWSYNC_DIRS=$(folders) "$interpreter" -I -B -X utf8 \
                -c "import sys; sys.path.insert(0, sys.argv.pop(1)); $run" "$checkout" "$@"
            ;;
    esac
}

# What platformdirs would say: the folders for state, log and configuration.
folders() {
    if [ "$(uname -s)" = Darwin ]; then
        state="$HOME/Library/Application Support/viewsync"
        printf '%s\n%s\n%s\n' "$state" "$HOME/Library/Logs/viewsync" "$state"
    else
        state=${XDG_STATE_HOME:-$HOME/.local/state}/viewsync
        printf '%s\n%s\n%s\n' "$state" "$state/log" "${XDG_CONFIG_HOME:-$HOME/.config}/viewsync"
    fi
}

# A name for this version of viewsync on this Python: an environment of that name need not be made again.
identity() {
    version=$(sed -n 's/^__version__ = "\([0-9A-Za-z.+-]*\)"$/\1/p' "$checkout/viewsync/__init__.py")
    sum=$(
        cd "$checkout"
        {
            find viewsync completions docgen hooks lib lua templates locks/runtime.txt pyproject.toml hatch_build.py \
                -type f ! -name '*.pyc' -exec cksum {} +
            "$python" -I -c 'import sys; print(sys.version, sys.base_prefix)'
        } | LC_ALL=C sort | cksum
    )
    printf '%s-%s\n' "$version" "${sum%% *}"
}

works() { "$1" -I -c 'import viewsync.cli, jinja2, libtmux, platformdirs, psutil, rich, watchdog, yaml' 2> /dev/null; }

# Under another name until it is complete, so that half of an environment is never taken for a whole.
build() {
    new=$venv.new-$$
    log=$(mktemp "${TMPDIR:-/tmp}/viewsync-install.XXXXXX")
    trap 'rm -rf "$new" "$log"; remove_made' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    say "create a Python environment in $venv"
    mkdir -p "$venvs"
    make_environment || give_up 'Python could not create an environment'
    say "install viewsync and its dependencies into it, with $installer"
    install_there || give_up "$installer could not install viewsync"
    # These cost 1 ms at each start, and nothing here uses them.
    pip_there uninstall --yes setuptools wheel || true
    rm -f "$new"/lib/python*/site-packages/_virtualenv.p*
    works "$new/bin/python" || give_up "what $installer installed does not work"
    # The programs beside Python have the name that is about to change in their first line.
    for each in "$new"/bin/*; do
        case ${each##*/} in python*) ;; *) rm -f "$each" ;; esac
    done
    rm -rf "$venv" # one that did not work
    mv "$new" "$venv"
    rm -f "$log"
    trap - EXIT INT TERM HUP
}

make_environment() {
    case $maker in
        venv) logged "$python" -I -m venv "$new" ;;
        virtualenv) logged env VIRTUALENV_NO_PERIODIC_UPDATE=1 virtualenv --python "$python" "$new" ;;
        uv) logged uv venv --python "$python" "$new" ;;
    esac
}

# Exactly what the lock files name. What only builds is in a folder of its own, and does not stay.
install_there() {
    pip_there install --require-hashes -r locks/runtime.txt || return
    pip_there install --require-hashes -r locks/build.txt --target "$new/build" || return
    pip_there install --no-deps --no-build-isolation . || return
    rm -rf "$new/build"
}

# Where pip is told to install elsewhere, it is not told here; and nobody asked for a cache.
pip_there() {
    (
        cd "$checkout"
        unset PIP_TARGET PIP_PREFIX PIP_ROOT
        export PIP_USER=0
        [ -n "${PIP_CACHE_DIR-}" ] || export PIP_NO_CACHE_DIR=1
        export PYTHONPATH="$new/build" # for what builds alone: pip itself is isolated
        if [ "$installer" = pip ]; then
            logged "$new/bin/python" -I -m pip "$@"
        else
            export UV_COMPILE_BYTECODE=1
            logged uv pip "$@" --python "$new/bin/python"
        fi
    )
}

logged() { "$@" > "$log" 2>&1 < /dev/null; }

give_up() {
    cat "$log" >&2
    fail "$1; its output is above"
}

missing_folders() {
    folder=$1
    while [ ! -d "$folder" ]; do
        printf '%s\n' "$folder"
        folder=$(dirname -- "$folder")
    done
}

# The innermost first, as missing_folders named them.
# shellcheck disable=SC2317  # reached by the trap
remove_made() {
    printf '%s\n' "$made" | while IFS= read -r folder; do
        rmdir "$folder" 2> /dev/null || true
    done
}

is_launcher() { [ ! -L "$1" ] && grep -qs "^# viewsync's launcher, written by install.sh" "$1"; }

uninstall_all() {
    launcher=$prefix/bin/viewsync
    if is_launcher "$launcher" && "$launcher" --version > /dev/null 2>&1; then
        "$launcher" uninstall ${purge:+"$purge"} ${unrecorded:+"$unrecorded"} ${dry_run:+"$dry_run"}
    else
        find_python
        [ -n "$python" ] || fail "viewsync needs Python 3.10 or newer to be removed: name one in PYTHON"
        VIEWSYNC_LAUNCHER=$launcher
        export VIEWSYNC_LAUNCHER
        viewsync_by "$python" uninstall ${purge:+"$purge"} ${unrecorded:+"$unrecorded"} ${dry_run:+"$dry_run"}
    fi
    remove_begun
}

# What an installation that was killed has left: environments without a launcher, and parts of one.
remove_begun() {
    [ ! -e "$launcher" ] || return 0
    for each in "$venvs"/*; do
        case ${each##*/} in
            *.new-*) ! kill -0 "${each##*-}" 2> /dev/null || continue ;; # of one that is at it just now
            *) [ -f "$each/pyvenv.cfg" ] || continue ;;
        esac
        [ ! -L "$each" ] || continue
        say "${dry_run:+would }remove $each"
        [ -n "$dry_run" ] || rm -rf "$each"
    done
    [ -n "$dry_run" ] || rmdir "$venvs" "$prefix/share/viewsync" 2> /dev/null || true
}

# What has to be there -------------------------------------------------------------------------------------------------

# Sets python: the first that is new enough, or rather one that can also make environments.
find_python() {
    python=''
    if [ -n "${PYTHON-}" ]; then
        consider "$PYTHON" || [ -n "$python" ] || fail "PYTHON is $PYTHON, which is not Python 3.10 or newer"
        return 0
    fi
    for each in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        ! consider "$each" || return 0
    done
    # uv may have interpreters of its own.
    consider "$(UV_PYTHON_DOWNLOADS=never uv python find '>=3.10' 2> /dev/null)" || true
}

consider() {
    found=$("$1" -I -c 'import sys; print(sys.executable if sys.version_info >= (3, 10) else "")' \
        2> /dev/null) || return 1
    [ -n "$found" ] || return 1
    if has_venv "$found"; then
        python=$found
        return 0
    fi
    python=${python:-$found}
    return 1
}

has_venv() { "$1" -I -c 'import ensurepip, venv' 2> /dev/null; }

# Sets maker and installer, too: what makes the environment, and what installs into it.
need_python() {
    maker=venv installer=pip
    if [ -z "$python" ] && get python3-venv; then
        if [ -n "$dry_run" ]; then
            say 'would then install viewsync; only with a Python can the rest be told'
            exit 0
        fi
        find_python
        [ -n "$python" ] || fail "viewsync needs Python 3.10 or newer, not $(python3 -V): name one in PYTHON"
    fi
    also=''
    has_tmux || also=tmux
    if [ -z "$python" ]; then
        command=$(how_to python3 python3-venv "$also")
        fail "viewsync needs Python 3.10 or newer${also:+ and $also}: $command, then run this again"
    fi
    if has_venv "$python"; then
        return
    elif command -v virtualenv > /dev/null; then
        maker=virtualenv
    elif command -v uv > /dev/null; then
        maker=uv installer=uv
    else
        package=$("$python" -I -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if ! get "$package"; then
            command=$(how_to "$package" "$package" "$also")
            fail "Python's venv module is missing${also:+, and so is $also}: $command, then run this again"
        fi
        [ -n "$dry_run" ] || has_venv "$python" ||
            fail "$python has no venv module, even with $package; set PYTHON to another interpreter"
    fi
}

has_tmux() { command -v "${VIEWSYNC_TMUX:-tmux}" > /dev/null; }

# Without tmux all can be set up and nothing be used, so that is the last thing said.
need_tmux() {
    missing_tmux=''
    has_tmux || get tmux ||
        missing_tmux="tmux is missing, and viewsync cannot work without it: $(how_to tmux tmux)"
}

# Install a package where that asks no question: as root, on Debian and its like.
get() {
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
    if [ -n "$dry_run" ]; then
        say "would install $1 with apt-get"
        return 0
    fi
    say "install $1 with apt-get"
    log=$(mktemp "${TMPDIR:-/tmp}/viewsync-install.XXXXXX")
    status=0
    apt "$1" || { logged apt-get update && apt "$1"; } || status=1
    [ "$status" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

apt() { DEBIAN_FRONTEND=noninteractive logged apt-get install -y "$1"; }

# how_to PACKAGE DEBIAN'S_NAME [PACKAGE...]: the command that installs them on this machine, for a person to run.
how_to() {
    name=$1
    debians=$2
    shift 2
    ! command -v apt-get > /dev/null || name=$debians
    as=''
    [ "$(id -u)" = 0 ] || as='as root: '
    [ -z "$as" ] || ! command -v sudo > /dev/null || as='sudo '
    for each in 'apt-get install' 'dnf install' 'pacman -S' 'zypper install' 'apk add'; do
        if command -v "${each%% *}" > /dev/null; then
            printf '%s\n' "$as$each $name${*:+ $*}"
            return
        fi
    done
    if command -v brew > /dev/null; then
        printf 'brew install %s\n' "$name${*:+ $*}"
    else
        printf 'install %s with your package manager\n' "$name${*:+ $*}"
    fi
}

{ main "$@"; }
