#!/usr/bin/env bash
# Proves that a machine with nothing but python3, its venv module and make can build and run Overscan.
#
#   sudo scripts/bare_machine.sh FOLDER [MAKE-TARGET...]        (targets: test run, unless named)
#
# Makes a minimal Debian 12 in FOLDER (reused if it is there), puts a fresh clone of the committed state of this
# checkout into it and runs the targets there. Needs root, debootstrap, git and a network. The host's Debian
# sources and certificates are copied in, so that mirrors and proxies that work here work there.
# The clone stays in FOLDER/root/overscan. To be rid of it all: rm -rf FOLDER (nothing stays mounted).
set -euo pipefail

if [[ $# -lt 1 || $1 == -* ]]; then
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
if [[ $EUID -ne 0 ]]; then
    echo "scripts/bare_machine.sh: a chroot can only be made by root; run it with sudo." >&2
    exit 2
fi
for tool in debootstrap git unshare; do
    if ! command -v "$tool" >/dev/null && [[ ! -x /usr/sbin/$tool ]]; then
        echo "scripts/bare_machine.sh: $tool is missing; install it with: apt-get install $tool" >&2
        exit 2
    fi
done

readonly repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly target=$(realpath -m "$1")
shift
# What a developer does first and what a user does first.
if [[ $# -eq 0 ]]; then
    set -- test run
fi
readonly suite=bookworm
readonly bundle=/etc/ssl/certs/ca-certificates.crt

# The mirror that apt uses here for Debian itself; other repositories of the host are not wanted.
mirror() {
    local found
    found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
        grep -v security | head -n 1 || true)
    if [[ -z $found ]]; then
        echo "apt knows no Debian mirror here: run apt-get update first" >&2
        return 1
    fi
    echo "$found"
}

# Runs a command inside the chroot. The mounts live in their own namespace and end with the command.
inside() {
    # shellcheck disable=SC2016
    unshare --mount --propagation private bash -euo pipefail -c '
        target=$1
        shift
        mount -t proc proc "$target/proc"
        mount --rbind /dev "$target/dev"
        exec chroot "$target" "$@"
    ' inside "$target" /usr/bin/env -i \
        HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        SSL_CERT_FILE="$bundle" PIP_CERT="$bundle" \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} "$@"
}

if [[ ! -x $target/usr/bin/apt-get ]]; then
    echo "== a minimal Debian ($suite) in $target"
    debootstrap --variant=minbase "$suite" "$target" "$(mirror)"
fi

cp -L /etc/resolv.conf "$target/etc/resolv.conf"
for source in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
    # Only a Debian host's own sources of the same release are of use inside.
    if [[ -s $source ]] && grep -q "$suite" "$source"; then
        rm -f "$target/etc/apt/sources.list"
        cp "$source" "$target$source"
        break
    fi
done

echo "== python3, venv and make: all that is installed by hand"
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
    python3 python3-venv make ca-certificates >/dev/null
if [[ -s $bundle ]]; then
    cp -L "$bundle" "$target$bundle"
fi

echo "== a fresh clone in $target/root/overscan"
rm -rf "$target/root/overscan"
git clone --quiet --no-hardlinks "$repository" "$target/root/overscan"
git -C "$target/root/overscan" log -1 --format='%h %s'

for step in "$@"; do
    echo "== make $step"
    inside make -C /root/overscan "$step"
done
echo "== done"
