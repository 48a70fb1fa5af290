#!/bin/sh
# See to the browser that the tests of the dashboard's page need: install it where that is allowed.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing chromium"
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } \
        >/dev/null; then
        exit 0
    fi
fi
# Without it, only those tests fail.
echo "The tests of the dashboard's page need Chromium. On Debian or Ubuntu run:" \
    "sudo apt-get install --no-install-recommends chromium" >&2
