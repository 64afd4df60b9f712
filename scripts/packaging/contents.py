"""Prints what a program is made of: the sizes of its functions and data by module, and of what is neither.

Usage: contents.py WITH-SYMBOLS STRIPPED
"""

import collections
import pathlib
import re
import subprocess
import sys

PRODUCT = {"BoringSSL of swift-crypto": "CCryptoBoringSSL", "BoringSSL of swift-nio-ssl": "CNIOBoringSSL"}


def module(symbol):
    """The module that a symbol belongs to, as far as its mangled name tells."""
    for name, mark in PRODUCT.items():
        if mark in symbol:
            return name
    found = re.search(r"\$s[A-Za-z]*?(\d+)([A-Za-z_]\w*)", symbol)
    if found:
        return found.group(2)[:int(found.group(1))]
    return "C, and names that tell nothing" if "$s" not in symbol else "Swift's own, made for our types"


def main():
    symbols, stripped = sys.argv[1:3]
    sizes = collections.Counter()
    listing = subprocess.run(["nm", "--print-size", symbols], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] not in "bB":
            sizes[module(fields[3])] += int(fields[1], 16)
    sections = subprocess.run(["size", "-A", stripped], check=True, capture_output=True, text=True).stdout
    named = dict(re.findall(r"^(\.\S+|swift5_\S+)\s+(\d+)", sections, re.M))
    print(f"{pathlib.Path(stripped).stat().st_size / (1 << 20):.1f} MiB: {stripped}")
    for name, size in sizes.most_common(25):
        print(f"{size / 1024:8.0f} KiB  {name}")
    print(f"{(sum(sizes.values()) - sum(size for _, size in sizes.most_common(25))) / 1024:8.0f} KiB  other modules")
    for title, names in (("how to unwind the stack", (".eh_frame", ".eh_frame_hdr")),
                         ("what the loader fills in", (".rela.dyn",)),
                         ("Swift's metadata", [name for name in named if name.startswith("swift5_")])):
        print(f"{sum(int(named.get(name, 0)) for name in names) / 1024:8.0f} KiB  {title}")


main()
