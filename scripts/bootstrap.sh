#!/bin/sh
# Put the pinned installer into .tools; $1 is the Python to build on.
set -eu
python=${1:-}

if [ -z "$python" ]; then
    echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$python is missing or older than Python 3.11. Name another: make PYTHON=/path/to/python" >&2
    exit 1
fi

if ! .tools/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .tools
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian and its children ship venv apart from Python.
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
            echo "Installing $package"
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$package"; } >/dev/null
        else
            echo "$python cannot make virtual environments. On Debian or Ubuntu run: sudo apt-get install $package" >&2
            exit 1
        fi
    fi
    "$python" -m venv .tools
fi
.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
