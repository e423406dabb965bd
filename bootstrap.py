"""Set the suite up: `.venv` with everything that requirements.lock pins, and the suite itself inside it.

Usage: ``python bootstrap.py`` (``make setup`` calls it). It needs nothing but a Python, on any system, and asks pip for
the rest with the settings that pip already has. Old Pythons must get far enough to read what is wrong with them, so the
syntax here is that of Python 3.6; the standard library is all that is imported.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)  # as requires-python in pyproject.toml
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LIBRARY = VENV / ("Lib" if os.name == "nt" else "lib")
STAMP = VENV / "setup.json"
LOCK, PROJECT = ROOT / "requirements.lock", ROOT / "pyproject.toml"
BUILD_TOOLS = ("setuptools", "wheel")  # what semopy and this package are built with, without a download of their own
BUSY_AFTER = 0.5  # seconds between two looks at a set-up that somebody else is running

RANGE = "Python {}.{} to {}.{}".format(*OLDEST, *NEWEST)
WITHOUT_ROOT = (
    "without administrator rights: install uv and run `uv run --no-project --python 3.13 bootstrap.py`, "
    "or use conda or micromamba with environment.yml"
)
PROBE = "import sys; print('%d.%d' % sys.version_info[:2], sys.maxsize > 2**32); import ensurepip, venv; print('venv')"


class SetupError(Exception):
    """What is missing, in one sentence."""


def main(arguments):
    """Make `.venv` ready and return the exit status."""
    parser = argparse.ArgumentParser(description="Set the suite up in .venv; does nothing when it is there already.")
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    quiet = parser.parse_args(arguments).quiet
    try:
        python = ready()
        if python is None:
            python = set_up()
        elif not quiet:
            print(f"Ready: {VENV} (Python {python}).")
    except SetupError as error:
        print(f"Set-up: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Set-up: {error}. Close programs that use {VENV}, see that it may be written, and run this again.",
              file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up: interrupted; the next call begins it anew.", file=sys.stderr)
        return 130
    return 0


def ready():
    """Python version of a complete `.venv` that belongs to this folder and these inputs, or None."""
    python, _ = probe([str(PYTHON)])
    return python if python is not None and read_stamp() == wanted_stamp(python) else None


def set_up():
    """Build `.venv` from nothing, once, also when two calls come together. Returns its Python version."""
    interpreter = find_interpreter(candidates())
    VENV.mkdir(exist_ok=True)
    with alone():
        python = ready()
        if python is None:
            print(f"Setting up {VENV} (once, a minute or two) ...", flush=True)
            began = time.monotonic()
            there = packages_are_there()
            if STAMP.exists():  # first of all: what is half done must not look complete
                STAMP.unlink()
            if not there:
                clear()
                run([*interpreter, "-m", "venv", str(VENV)], "The virtual environment could not be made")
                install_lock()
            install_suite()
            python, problem = probe([str(PYTHON)])
            if python is None:
                raise SetupError(f"{PYTHON} was made but does not run: {problem}.")
            write_stamp(python)
            print(f"Ready: {VENV} (Python {python}), after {time.monotonic() - began:.0f} s.")
    return python


def packages_are_there():
    """Tell whether nothing but pyproject.toml has changed: then the suite alone is installed again."""
    python, problem = probe([str(PYTHON)])
    stamp = read_stamp()
    return not problem and dict(stamp, project=None) == dict(wanted_stamp(python), project=None)


def install_lock():
    """Let pip install what the lock pins, the build tools first: semopy is built here, and with these."""
    build = VENV / "build.lock"
    build.write_text(part_of_lock(LOCK.read_text(encoding="utf-8"), BUILD_TOOLS), encoding="utf-8")
    # --no-deps: the lock is complete, so there is nothing to resolve. Compiling apart uses every core.
    for lock in (build, LOCK):
        pip("--no-compile", "--require-hashes", "-r", str(lock))
    compile_all(LIBRARY)


def install_suite():
    """Let pip install the suite itself: apart from the lock, because an editable package has no hash."""
    pip("--editable", str(ROOT))
    compile_all(ROOT / "src")


def pip(*what):
    """Install without resolving, and without a build environment of pip's own; only errors are shown."""
    install = [str(PYTHON), "-m", "pip", "install", "-q", "-q", "--no-input", "--no-deps", "--no-build-isolation"]
    run([*install, *what],
        "pip could not install the packages (its message is above); see that it reaches its package index")


def compile_all(folder):
    """Compile a folder's modules; the status says nothing, as some packages carry files that are not to compile."""
    subprocess.call([str(PYTHON), "-m", "compileall", "-q", "-q", "-j", "0", str(folder)], env=environment(),
                    close_fds=False, stdout=subprocess.DEVNULL)


def part_of_lock(lock, names):
    """Cut the entries of some packages, with their hashes, out of a lock's text."""
    kept, keep = [], False
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            keep = line.split("==")[0].strip() in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def find_interpreter(commands):
    """Choose the first command that runs a suitable Python; the sentence is about the first of all."""
    first_problem = ""
    for command in commands:
        _, problem = probe(command)
        if not problem:
            return command
        first_problem = first_problem or problem
    raise SetupError(f"{first_problem}; {WITHOUT_ROOT}.")


def candidates():
    """Yield commands that may run a suitable Python: this one, then others by their names, best tested first."""
    own = sys.executable
    if Path(sys.prefix).resolve() == VENV:  # about to be rebuilt: take the Python that it was made from
        own = getattr(sys, "_base_executable", own)
    yield [own]
    for minor in (13, 12, 11, 14):
        found = shutil.which(f"python3.{minor}")
        if found:
            yield [found]
        elif os.name == "nt" and shutil.which("py"):
            yield ["py", f"-3.{minor}"]


def probe(command):
    """Ask a Python for its version, (version or None), and what is wrong with it, ("" if nothing)."""
    try:
        said = subprocess.run([*command, "-I", "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=60, check=False)
        words = said.stdout.decode("ascii", "replace").split()
        version = words[0]
        numbers = tuple(int(part) for part in version.split("."))
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return None, f"{command[0]} does not run as a Python, and {RANGE} is needed"
    if not OLDEST <= numbers <= NEWEST:
        age = "old" if numbers < OLDEST else "new"
        return version, f"Python {version} ({command[0]}) is too {age}, {RANGE} is needed"
    if words[1:2] != ["True"]:
        return version, f"Python {version} ({command[0]}) is a 32-bit program, and the packages need a 64-bit {RANGE}"
    if words[2:] != ["venv"]:
        package = f"the system package python{version}-venv has them"
        return version, f"Python {version} ({command[0]}) lacks its modules venv and ensurepip: {package}"
    return version, ""


@contextlib.contextmanager
def alone():
    """Hold the lock of this `.venv`; the system lets go of it when the process ends, however it ends."""
    with open(VENV / "setup.lock", "a+", encoding="utf-8") as handle:
        # pip inherits it: should only this process be killed, the next call waits until pip has stopped writing.
        os.set_inheritable(handle.fileno(), True)
        said = False
        while not _locked(handle):
            if not said:
                print(f"Another set-up of {VENV} is under way; waiting for it ...", flush=True)
                said = True
            time.sleep(BUSY_AFTER)
        yield


def _locked(handle):
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network drives have no locks at all; there one set-up at a time is the user's to see to.
        return os.name != "nt" and not isinstance(error, BlockingIOError)
    return True


def clear():
    """Empty `.venv` but for its lock."""
    for entry in VENV.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(str(entry))
        elif entry.name != "setup.lock":
            entry.unlink()


def run(command, failed):
    """Run one step with a clean environment, or say which one failed."""
    status = subprocess.call(command, env=environment(), close_fds=False)
    if status != 0:
        raise SetupError(f"{failed} (exit status {status}), then run this again; {WITHOUT_ROOT}.")


def environment():
    """Build the steps' environment: the user's (pip's settings too), without what would lead Python elsewhere."""
    misleading = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONDONTWRITEBYTECODE", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in misleading}
    kept.update(PYTHONNOUSERSITE="1", PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    return kept


def wanted_stamp(python):
    """Describe what `.venv` is made from: it is complete if its stamp says the same."""
    lock, project = (hashlib.sha256(file.read_bytes()).hexdigest() for file in (LOCK, PROJECT))
    return {"path": str(ROOT), "python": python, "lock": lock, "project": project}


def read_stamp():
    """Read what the last complete set-up wrote; nothing if there was none."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def write_stamp(python):
    """Write the stamp, the last step of all."""
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(wanted_stamp(python), indent=1), encoding="utf-8")
    os.replace(str(new), str(STAMP))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
