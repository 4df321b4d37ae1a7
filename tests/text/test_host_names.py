"""How a tmux server of another host is called."""

from __future__ import annotations

import pytest

from viewsync.text import host_names
from viewsync.tmux import far_server


@pytest.mark.parametrize(
    ("host", "label", "path"),
    [("web", "", ""), ("me@web", "work", ""), ("web", "", "/run/a b"), ("::1", "work", ""), ("web", "", "/a:/b")],
)
def test_its_host_and_place_are_read_again(host: str, label: str, path: str) -> None:
    assert host_names.of_server(far_server.socket(host, label, path)) == (host, path or label or "default")


def test_a_path_is_a_server_of_this_host() -> None:
    assert host_names.of_server("/tmp/tmux-0/a:b") == ("", "/tmp/tmux-0/a:b")
