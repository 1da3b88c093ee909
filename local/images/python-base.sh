#!/bin/sh
# Runs inside a Debian 13 root that has Debian 12's Python 3.11, and makes it look like Docker's python:3.11-slim:
# python, python3 and pip in /usr/local/bin, pip installs system-wide, venv and distutils there.
set -eu
cd /tmp
# Only their files: their dependencies require Debian 12's python3, which Debian 13 cannot install, or half a compiler.
apt-get download -qq libpython3.11-dev/bookworm python3.11-venv/bookworm python3-distutils/bookworm python3-lib2to3/bookworm
for package in *.deb; do
  dpkg-deb --extract "$package" /
  rm "$package"
done
rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED
# Debian's Python installs into dist-packages; Dockerfiles that copy between stages name site-packages.
mkdir -p /usr/local/lib/python3.11/site-packages
ln -s site-packages /usr/local/lib/python3.11/dist-packages
for name in python python3 python3.11; do ln -s /usr/bin/python3.11 "/usr/local/bin/$name"; done
wheels=/usr/share/python-wheels
python "$(echo "$wheels"/pip-*.whl)/pip" --isolated install --quiet --no-index --find-links "$wheels" --no-cache-dir \
  --root-user-action=ignore pip setuptools
pip --isolated --version
rm -f /etc/apt/preferences.d/python311
# As upstream: no static Python, and no apt caches in any layer.
rm -f /usr/lib/python3.11/config-3.11-*/libpython3.11*.a
clean='rm -f /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true'
eval "$clean"
cat >/etc/apt/apt.conf.d/docker-clean <<CLEAN
DPkg::Post-Invoke { "$clean"; };
APT::Update::Post-Invoke { "$clean"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CLEAN
# The host's, for the downloads.
: >/etc/resolv.conf
rm -f /etc/hostname
