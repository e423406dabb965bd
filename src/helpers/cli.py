"""The command ``assurance``, and ``python -m helpers``: what a person types, and what comes back.

Exit status: 0 done, a failed gate being a result; 1 a notebook raised, a report could not be written, or it is not what
its manifest says; 2 the study or the command is wrong. What is wrong goes to stderr, one line per problem, its class
first.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from helpers import words
from helpers.errors import HelpersError, Problem, RunError

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        Default: the command line.

    Returns
    -------
    int
        The exit status.

    Examples
    --------
    >>> main(["report", "data/nowhere"])
    2
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console that cannot show a path is no reason to fail
    parser = _parser(_language_in(argv))
    asked, options = parser.parse_known_args(argv)
    if options and asked.command is not _lab:  # JupyterLab has options of its own
        parser.error(f"unrecognized arguments: {' '.join(options)}")
    asked.options = options
    language = getattr(asked, "language", "") or "en"
    try:
        return asked.command(asked)
    except (HelpersError, ExceptionGroup) as error:
        if asked.debug:
            raise
        from helpers.run.progress import told

        print(*told(error, language), sep="\n", file=sys.stderr)
        return WRONG
    except Exception as error:
        if asked.debug:
            raise
        unforeseen = RunError("cli.unforeseen", kind=type(error).__name__, found=" ".join(str(error).split()))
        print(f"RunError: {unforeseen.sentence(language)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(words.say("cli.interrupted", language), file=sys.stderr)
        return INTERRUPTED


def _report(asked: argparse.Namespace) -> int:
    from helpers import run

    if asked.workers is not None and asked.workers < 1:
        raise RunError("cli.workers", found=asked.workers)
    only = [name for written in asked.only for name in written.split(",") if name]
    return run.report(asked.study, language=asked.language, only=only, draws=asked.draws,
                      workers=asked.workers or 0, force=asked.force)


def _synthesize(asked: argparse.Namespace) -> int:
    from helpers import run

    return run.synthesize(asked.study, language=asked.language, name=asked.name, draws=asked.draws, force=asked.force)


def _check(asked: argparse.Namespace) -> int:
    from helpers import run

    language = asked.language or "en"
    for study in run.check(asked.study):
        print(words.say("cli.check.good", language, study=study.name, items=len(study.items)))
        for mark in run.unchecked(study):
            print(f"  {mark.sentence(language)}")
    return DONE


def _new(asked: argparse.Namespace) -> int:
    from helpers import drafting

    language = asked.language or "en"
    made = drafting.new(asked.folder, asked.source, like=asked.like, encoding=asked.encoding, sheet=asked.sheet,
                        language=language)
    for line in drafting.told(made, asked.folder, language):
        print(line)
    return DONE


def _audit(asked: argparse.Namespace) -> int:
    from helpers.run import printed_tables

    return printed_tables.audit(asked.file, language=asked.language, force=asked.force)


def _verify(asked: argparse.Namespace) -> int:
    from helpers import report

    language = asked.language or "en"
    differences = report.verify(Path(asked.report))
    if len(differences):
        for row in differences.itertuples():
            found = Problem(f"cli.verify.{row.state}", {"file": row.file}, asked.report)
            print(f"RunError: {found.sentence(language)}", file=sys.stderr)
        return FAILED
    print(words.say("cli.verify.good", language, report=asked.report))
    return DONE


def _lab(asked: argparse.Namespace) -> int:
    import subprocess

    from helpers.run import kernels
    from helpers.studies import places

    where = [f"--ServerApp.root_dir={places.root()}", "--LabApp.default_url=/lab/tree/notebooks"]
    browser = [] if _has_display() else ["--no-browser"]
    # The list form needs no shell, and this Python's JupyterLab runs, whatever PATH says.
    return subprocess.call([sys.executable, "-m", "jupyterlab", *where, *browser, *asked.options],
                           env=os.environ | kernels.own_python())


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG, f"RunError: {message}\n")


def _parser(language: str) -> argparse.ArgumentParser:
    def told(id: str) -> str:
        return words.say(f"cli.help.{id}", language)

    parser = _Parser(prog="assurance", description=told("assurance"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, function: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=told(name), description=told(name), allow_abbrev=False)
        made.set_defaults(command=function, debug=False)
        if name != "lab":
            made.add_argument("--language", choices=words.LANGUAGES, default="", help=told("language"))
            made.add_argument("--debug", action="store_true", help=told("debug"))
        return made

    report = command("report", _report)
    report.add_argument("study", nargs="+", metavar="STUDY", help=told("study"))
    report.add_argument("--only", action="append", default=[], metavar="NOTEBOOK", help=told("only"))
    report.add_argument("--draws", type=int, default=0, metavar="N", help=told("draws"))
    report.add_argument("--workers", type=int, default=None, metavar="N", help=told("workers"))
    report.add_argument("--force", action="store_true", help=told("force"))
    command("check", _check).add_argument("study", nargs="+", metavar="STUDY", help=told("study"))
    new = command("new", _new)
    new.add_argument("folder", metavar="FOLDER", help=told("new_folder"))
    new.add_argument("--from", dest="source", required=True, metavar="FILE", help=told("from"))
    for option in ("like", "encoding", "sheet"):
        new.add_argument(f"--{option}", default="", metavar=option.upper(), help=told(option))
    audit = command("audit", _audit)
    audit.add_argument("file", metavar="FILE", help=told("audit_file"))
    audit.add_argument("--force", action="store_true", help=told("force"))
    synthesize = command("synthesize", _synthesize)
    synthesize.add_argument("study", nargs="+", metavar="STUDY", help=told("study"))
    synthesize.add_argument("--name", default="", metavar="NAME", help=told("name"))
    synthesize.add_argument("--draws", type=int, default=0, metavar="N", help=told("draws"))
    synthesize.add_argument("--force", action="store_true", help=told("force"))
    command("verify", _verify).add_argument("report", metavar="REPORT", help=told("folder"))
    command("lab", _lab)
    return parser


def _language_in(argv: Sequence[str]) -> str:
    # Help is printed while the command line is read, so its language has to be known before.
    written = " ".join(argv).replace("=", " ").split()
    return "zh" if ("--language", "zh") in itertools.pairwise(written) else "en"
