"""Somebody who reads a page and does what it says: writes its files, types its commands, looks at what they print."""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
from typing import TYPE_CHECKING

import lupa.lua54

from tests.support.server import Done, Server
from tests.support.wait import until
from viewsync import config
from viewsync.mcp.rules import policy

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from tests.docs.blocks import Block
    from tests.support.server import Home

# What is done in the place of a command. tests/test_install.py has the installer; the tests are running already.
INSTEAD = {"sh install.sh": "viewsync install", "bash tests/run": ""}
_BECOMES_A_CLIENT = re.compile(r"viewsync (open|attach) (?!.*--json)")
_PLAIN = re.compile(r"viewsync( [\w./:=@%+-]+| '[^']*')*")  # nothing in it is for a shell to read


class Reader:
    """Begins in ~/myapp, a git repository. What a page starts goes on until its end, in the page's order. `far`: the
    home on the other host that it speaks of.
    """

    def __init__(self, home: Home, *far: Home) -> None:
        self.home = home
        self.homes = (home, *far)
        self.folder = os.path.join(home.path, "myapp")
        path = f"{home.path}:{home.env['PATH']}"
        who = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.env = {**home.env, **who, "PATH": path, "CWD_FILE": os.path.join(home.path, "cwd")}
        os.makedirs(self.folder)
        os.makedirs(os.path.join(home.path, ".local", "bin"))
        os.symlink(home.launcher, os.path.join(home.path, ".local", "bin", "viewsync"))
        git = "git init -q -b main && git commit -q --allow-empty -m first"
        assert self._shell(git).code == 0

    def follow(self, block: Block) -> None:
        getattr(self, f"_{block.kind}")(block.text)

    def _yaml(self, text: str) -> None:
        path = re.match(r"# (\S+)\n", text)
        assert path, "a file's first line names it: # PATH"
        own = os.path.join(self.home.path, "config")
        full = os.path.join(self.folder, path[1].replace("~/.config/viewsync", own))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def _toml(self, text: str) -> None:
        if text.startswith("# mcp.toml\n"):
            policy.parsed(tomllib.loads(text), "mcp.toml")
            return
        path = os.path.join(self.home.path, "config.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        config.load(path, {})

    def _lua(self, text: str) -> None:
        lupa.lua54.LuaRuntime().compile(text)

    def _tmux(self, text: str) -> None:
        path = os.path.join(self.home.path, "page.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = self._shell(f"tmux has-session 2>/dev/null || tmux new-session -d -s proj; tmux source-file {path}")
        assert (done.code, done.out + done.err) == (0, "")

    def _sh(self, text: str) -> None:
        if re.search(r"<<|^\. ", text, re.MULTILINE):  # a here-document, or a file that is sourced: all in one shell
            done = self._shell(f"set -e\n{text}")
            assert done.code == 0, done
            return
        for command in re.sub(r"\\\n", " ", text).splitlines():
            done = self.type(command)
            assert done.code == 0, (command, done)

    def _console(self, text: str) -> None:
        commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert commands, text
        for command, wanted in commands:
            done = self.type(command)
            said = (done.out + done.err).replace(self.home.path, "~")
            assert fits(said, wanted), f"$ {command}\n{said}\nand not:\n{wanted}"

    def type(self, line: str) -> Done:
        command = re.sub(r"\s+#.*|^#.*", "", line).strip()
        command = INSTEAD.get(command, command)
        if not command:
            return Done(0, "", "")
        if _BECOMES_A_CLIENT.match(command):
            return self._attach(command)
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.env[name] = self._shell(f"printf %s {value}").out
            return Done(0, "", "")
        if _PLAIN.fullmatch(command):
            return self.home.call([self.home.launcher, *shlex.split(command)[1:]], self.env, cwd=self.folder)
        return self._shell(command)

    def _shell(self, script: str) -> Done:
        done = self.home.call(["sh", "-c", f"{script}\ncode=$?\npwd >$CWD_FILE\nexit $code"], self.env, cwd=self.folder)
        with open(self.env["CWD_FILE"], encoding="utf-8") as file:
            self.folder = file.read().rstrip("\n")
        return done

    def _attach(self, command: str) -> Done:
        """In a terminal of its own, as in another tab; it stays open."""
        before = self._clients()
        tab = self.home.program(["sh", "-c", f"cd {shlex.quote(self.folder)} && exec {command}"], env=self.env)

        def attached() -> bool:
            assert not tab.ended(), tab.text()
            now = self._clients()
            return tab.pid in now or (len(self.homes) > 1 and bool(now - before))  # on another host it has another pid

        until(attached, f"a client of {command}")
        return Done(0, "", "")

    def _clients(self) -> set[int]:
        return {pid for server in self.servers() for pid in server.clients()}

    def servers(self) -> list[Server]:
        """All whose sockets are in these homes, and answer."""
        found = []
        for home in self.homes:
            for folder, _, files in os.walk(home.path):
                for path in (os.path.join(folder, name) for name in files):
                    if _is_socket(path):
                        server = Server(home, path)
                        done = server.run("display-message", "-p", "#{pid}")
                        if done.code == 0:
                            server.pid = int(done.out)
                            found.append(server)
        return found

    def leave(self) -> None:
        for tab in self.home.tabs:
            tab.end()
        for server in self.servers():
            server.stop()


def _is_socket(path: str) -> bool:
    """What is being written beside it may be gone by now."""
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def fits(said: str, wanted: str) -> bool:
    """Line by line; `...` stands for anything in a line, and alone on a line for any lines."""
    pattern = r"\n".join(
        r"(?:.*\n)*?.*" if line == "..." else ".*?".join(map(re.escape, line.rstrip().split("...")))
        for line in wanted.splitlines()
    )
    return re.fullmatch(pattern + r"\n*", "\n".join(line.rstrip() for line in said.splitlines()) + "\n") is not None
