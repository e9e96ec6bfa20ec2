#!/bin/sh
# Puts GCC's OpenMP runtime (libgomp.so.1), which llama.cpp's wheel needs, into a folder: tools/libgomp.sh FOLDER
# Does nothing where the system has it. Debian and Ubuntu: their own package is unpacked, without root and without
# touching the system. Elsewhere the demo says what to install.
set -eu
folder=$1
[ "$(uname -s)" = Linux ] || exit 0
[ ! -e "$folder/libgomp.so.1" ] || exit 0
for ldconfig in ldconfig /sbin/ldconfig /usr/sbin/ldconfig; do
  if command -v "$ldconfig" >/dev/null 2>&1; then
    if "$ldconfig" -p | grep -q 'libgomp\.so\.1 '; then exit 0; fi
    break
  fi
done
command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
options="-qq -o Dir::State::lists=$work/lists -o Dir::Cache=$work/cache -o Debug::NoLocking=1 -o APT::Sandbox::User="
cd "$work"
# shellcheck disable=SC2086  # the options are words
if apt-get $options update >/dev/null 2>&1 && apt-get $options download libgomp1 >/dev/null 2>&1; then
  dpkg -x ./*.deb unpacked
  found=$(find unpacked -name 'libgomp.so.1.*' | head -n 1)
  mkdir -p "$folder"
  cp "$found" "$folder/libgomp.so.1.part" && mv "$folder/libgomp.so.1.part" "$folder/libgomp.so.1"
else
  echo "libgomp1 could not be fetched: the demo will need it (apt install libgomp1)." >&2
fi
