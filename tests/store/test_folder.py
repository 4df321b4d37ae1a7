"""Where state may be kept: the rule about network filesystems, on texts as /proc/self/mountinfo has them."""

from __future__ import annotations

import os

import pytest

from viewsync.store.own_files import NETWORK, filesystem

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
35 22 0:31 / /tmp rw,nosuid - tmpfs tmpfs rw
77 22 0:58 / /home rw,relatime shared:40 - {kind} server:/export rw,vers=4.2
78 22 0:5 / /odd\\040name rw - xfs /dev/sdb rw
not a line of it
"""


@pytest.mark.parametrize("kind", sorted(NETWORK))
def test_a_network_filesystem_is_named(kind: str) -> None:
    assert filesystem(os.makedev(0, 58), MOUNTS.format(kind=kind)) == kind


@pytest.mark.parametrize("device", [(8, 1), (0, 31), (0, 5), (9, 9)])
def test_a_local_or_unknown_filesystem_is_none(device: tuple[int, int]) -> None:
    assert filesystem(os.makedev(*device), MOUNTS.format(kind="nfs4")) == ""


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "fuse.portal", "overlay"])
def test_a_local_kind_is_none(kind: str) -> None:
    assert filesystem(os.makedev(0, 58), MOUNTS.format(kind=kind)) == ""


def test_an_unreadable_text_refuses_nothing() -> None:
    assert filesystem(os.makedev(0, 58), "") == ""
