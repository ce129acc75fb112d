# Sourced by demo and test: finds Python, makes .venv, installs what has changed since the last time.

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3 if it is not on the PATH" >&2
    return 1
}

# what decides whether an install is still good: the pins, the project file, the sources of the pages, the place
stamp_of() {
    {
        pwd
        cat "$1" pyproject.toml
        if [ -f hatch_build.py ]; then cat hatch_build.py; fi
        find web/frontend web/i18n -name node_modules -prune -o -type f -print | LC_ALL=C sort | xargs cat
    } | cksum
}

install_once() { # PINS PROJECT
    stamp=$(stamp_of "$1")
    if [ -x .venv/bin/ioc ] && [ -f web/dist/wall.html ] && [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    python=$(find_python)
    if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "making .venv failed: on Debian and Ubuntu install the package python3-venv" >&2
        return 1
    fi
    echo "installing into .venv (once; needs the network)" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e "$2" >&2
    printf '%s\n' "$stamp" >".venv/$1.stamp"
}
