"""Windows, macOS and Linux run the same files: no call that one of them lacks, no encoding left to chance."""

from __future__ import annotations

import ast
import re
import sys
import warnings

import pytest

POSIX_MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "crypt", "readline"}
WINDOWS_MODULES = {"msvcrt", "winreg", "winsound", "_winapi"}
POSIX_NAMES = {
    "os": {"fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getpgid", "getppgrp", "killpg", "setsid",
           "setpgrp", "setpgid", "mkfifo", "mknod", "uname", "nice", "wait", "waitpid", "wait3", "wait4", "chown",
           "chroot", "getloadavg", "sched_getaffinity", "sched_setaffinity", "statvfs", "openpty", "sysconf",
           "posix_spawn", "link", "symlink", "rename"},  # rename: fails where the target exists; os.replace does not
    "signal": {"SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE", "SIGQUIT", "SIGSTOP",
               "SIGCONT", "alarm", "setitimer", "pause", "sigwait"},
    "time": {"tzset"},
}
POSIX_ARGUMENTS = {"preexec_fn", "start_new_session", "process_group", "pass_fds", "shell"}
POSIX_METHODS = {"symlink_to", "hardlink_to"}
POSIX_PATHS = re.compile(r"^/(tmp|dev|usr|bin|etc|var|home|root|opt)(/|$)")
# A dash between % and a letter is understood by glibc alone.
POSIX_STRFTIME = re.compile(r"%-[dmHIMSjy]")

NOT_TEXT = {"os", "webbrowser", "Image", "tarfile", "zipfile", "archive", "package"}  # their open() is another
MODE_SECOND = {"io", "gzip", "bz2", "lzma"}  # owner.open(file, mode); a path's own is path.open(mode)
STARTS_A_PROGRAM = {"run", "Popen", "check_output", "call", "check_call"}


def strings(source):
    """String constants that are not docstrings."""
    documentation = {id(node.body[0].value) for node in source.nodes
                     if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)}
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def posix_only(source):
    """What a file uses that another system lacks."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in POSIX_NAMES.get(node.value.id, ()):
                yield node.lineno, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in POSIX_NAMES.get(node.module or "", ()):
                    yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.keyword) and node.arg in POSIX_ARGUMENTS and ast.unparse(node.value) != "False":
            yield node.value.lineno, f"{node.arg}="
        if isinstance(node, ast.Attribute) and node.attr in POSIX_METHODS:
            yield node.lineno, node.attr
    for node in strings(source):
        if POSIX_PATHS.match(node.value) or POSIX_STRFTIME.search(node.value):
            yield node.lineno, repr(node.value)


def modules(source) -> set[str]:
    """First parts of everything that a file imports."""
    names = [alias.name for node in source.nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in source.nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def unnamed_encodings(source):
    """Calls that turn bytes into text, or back, in whatever encoding the system happens to have."""
    in_memory = {target.id for node in source.nodes
                 if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith(("io.StringIO(", "StringIO("))
                 for target in node.targets if isinstance(target, ast.Name)}
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in in_memory:
                continue
            if "encoding" not in given and None not in given and _is_text(node, given):
                yield node.lineno, f"{ast.unparse(node.func)} without encoding="


def _is_text(call: ast.Call, given: dict[str, ast.expr]) -> bool:
    plain = isinstance(call.func, ast.Name)
    name = call.func.id if plain else call.func.attr
    owner = "" if plain else ast.unparse(call.func.value).split(".")[-1]
    if name == "open" and owner not in NOT_TEXT:
        position = 1 if plain or owner in MODE_SECOND else 0
        mode = given.get("mode", call.args[position] if len(call.args) > position else None)
        return not (isinstance(mode, ast.Constant) and "b" in str(mode.value))
    if name in {"read_text", "write_text"}:  # encoding may come without its name, after the text
        return len(call.args) < (1 if name == "read_text" else 2)
    if name == "to_csv":  # without a place to write to it returns a string
        return bool(call.args) or "path_or_buf" in given
    if name in {"NamedTemporaryFile", "TemporaryFile"}:
        return "mode" in given and "b" not in ast.unparse(given["mode"])
    if name == "read_csv":
        return owner in {"pd", "pandas"}
    return name in STARTS_A_PROGRAM and bool({"text", "universal_newlines"} & given.keys())


def test_nothing_is_posix_only(programs) -> None:
    wrong = [f"{source.name}:{line}: {what}" for source in programs for line, what in posix_only(source)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_module_of_one_system_comes_with_its_counterpart(programs) -> None:
    wrong = []
    for source in programs:
        posix, windows = modules(source) & POSIX_MODULES, modules(source) & WINDOWS_MODULES
        if bool(posix) != bool(windows):
            wrong.append(f"{source.name}: {sorted(posix | windows)} alone")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_text_file_is_opened_with_a_named_encoding(every_source) -> None:
    wrong = [f"{source.name}:{line}: {what}" for source in every_source for line, what in unnamed_encodings(source)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("code", [
    "open('x')", "open('x', 'w')", "path.open()", "path.open('w')", "path.read_text()", "path.write_text('a')",
    "frame.to_csv('x')", "pandas.read_csv('x')", "subprocess.run(a, text=True)",
])
def test_the_search_for_encodings_finds(code: str) -> None:
    assert list(unnamed_encodings(_parsed(code)))


@pytest.mark.parametrize("code", [
    "open('x', encoding='utf-8')", "open('x', 'rb')", "path.open('wb')", "path.read_text('utf-8')", "frame.to_csv()",
    "path.write_text('a', encoding='utf-8')", "webbrowser.open(x)", "subprocess.run(a, encoding='utf-8')",
    "text = io.StringIO()\nframe.to_csv(text)",
])
def test_the_search_for_encodings_lets_pass(code: str) -> None:
    assert not list(unnamed_encodings(_parsed(code)))


@pytest.mark.parametrize("code", [
    "os.fork()", "from os import fork", "os.kill(1, signal.SIGKILL)", "run(a, shell=True)", "Path('/tmp/x')",
    "when.strftime('%-d')", "Popen(a, start_new_session=True)",
])
def test_the_search_for_posix_finds(code: str) -> None:
    assert list(posix_only(_parsed(code)))


@pytest.mark.skipif(not sys.flags.warn_default_encoding, reason="PYTHONWARNDEFAULTENCODING is not set; make test does")
def test_an_open_of_helpers_without_encoding_would_fail_any_test() -> None:
    code = compile("open(__file__).close()", "probe.py", "exec")
    with warnings.catch_warnings(), pytest.raises(EncodingWarning):
        exec(code, {"__name__": "helpers.probe", "__file__": __file__})


def _parsed(code: str):
    return type("Parsed", (), {"nodes": list(ast.walk(ast.parse(code)))})
