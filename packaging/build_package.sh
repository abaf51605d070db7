#!/usr/bin/env bash
# Makes the Debian package from a finished build: ./dev package calls it.
#
# usage: packaging/build_package.sh BUILD_FOLDER OUTPUT_FOLDER
# The same commit gives the same bytes: times come from the commit, or from SOURCE_DATE_EPOCH.
set -euo pipefail

if [ $# -ne 2 ]; then sed -n '2,5p' "$0" >&2; exit 2; fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
umask 022

version=$(sed -n 's/^project(hinomi VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
revision=1
version=$version-$revision
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
doc=$tree/usr/share/doc/hinomi

DESTDIR=$tree cmake --install "$build" --prefix /usr >/dev/null
find "$tree/usr/bin" "$tree/usr/libexec" -type f -exec strip --strip-unneeded --remove-section=.comment {} +
install -D -m 644 "$root/packaging/systemd/hinomi.service" "$tree/lib/systemd/system/hinomi.service"
install -D -m 644 "$root/packaging/systemd/hinomi.sysusers" "$tree/usr/lib/sysusers.d/hinomi.conf"
install -D -m 644 "$root/packaging/systemd/hinomi.tmpfiles" "$tree/usr/lib/tmpfiles.d/hinomi.conf"
for page in hinomi hinomi-verify; do
  install -D -m 644 "$root/packaging/man/$page.1" "$tree/usr/share/man/man1/$page.1"
  gzip -9n "$tree/usr/share/man/man1/$page.1"
done
install -D -m 644 "$root/packaging/debian/lintian-overrides" "$tree/usr/share/lintian/overrides/hinomi"

install -D -m 644 "$root/packaging/debian/copyright" "$doc/copyright"
install -m 644 "$root/NOTICE" "$doc/NOTICE"
for language in en ja; do
  install -d "$doc/$language"
  install -m 644 "$root"/docs/$language/*.md "$doc/$language/"
done
gzip -9nc "$root/CHANGELOG.md" >"$doc/changelog.gz"
gzip -9nc >"$doc/changelog.Debian.gz" <<TEXT
hinomi ($version) unstable; urgency=medium

  * What changed is in changelog.gz.

 -- The Hinomi authors <maintainers@hinomi.invalid>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT

# What the programs are linked with says which packages they need, and from which version on.
mkdir -p "$work/debian"
printf 'Source: hinomi\n\nPackage: hinomi\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e"$tree/usr/bin/hinomi" -e"$tree/usr/libexec/hinomi/hinomi-worker" |
  sed -n 's/^shlibs:Depends=//p')
if [ -z "$depends" ]; then echo "package: dpkg-shlibdeps named no library" >&2; exit 1; fi

install -d "$tree/DEBIAN"
size=$(du -sk --apparent-size "$tree" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
  -e "s/@DEPENDS@/$depends, init-system-helpers (>= 1.54~), procps/" "$root/packaging/debian/control.in" >"$tree/DEBIAN/control"
for script in postinst prerm postrm; do
  install -m 755 "$root/packaging/debian/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
find "$tree" -type d -exec chmod 755 {} +

package=$output/hinomi_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >/dev/null
echo "$package"
