"""Where a study and the project stand, and how a path is named in a message."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from helpers.errors import StudyError

FILE = "study.yml"


def root() -> Path:
    """Folder of the project: the one above this package that holds notebooks/; else the working directory."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "notebooks").is_dir() and (folder / "src" / "helpers").is_dir():
            return folder
    return Path.cwd()


def shown(path: Path) -> str:
    """Name a path in a message: from the project root where it is inside, with slashes on every system."""
    path = path.resolve()
    return (path.relative_to(root()) if path.is_relative_to(root()) else path).as_posix()


def find(folder: str | Path) -> Path:
    """Find the folder of a study: from the working directory, then from the project root.

    Parameters
    ----------
    folder : path
        Such as ``data/demo``; the study file itself is taken for its folder.

    Raises
    ------
    StudyError
        If neither holds a study.yml.
    """
    folder = Path(folder)
    if folder.name == FILE:
        folder = folder.parent
    for place in (Path.cwd() / folder, root() / folder):  # an absolute folder stays itself
        if (place / FILE).is_file():
            return place.resolve()
    known = sorted(f"data/{file.parent.name}" for file in root().glob(f"data/*/{FILE}"))
    place = next((place for place in (Path.cwd() / folder, root() / folder) if place.is_dir()), None)
    if place is None:
        raise StudyError("studies.no_folder", where=folder.as_posix(), known=known or ["-"])
    beside = sorted(file.name for file in place.iterdir() if file.suffix in (".yml", ".yaml"))
    if beside:
        raise StudyError("studies.other_name", where=shown(place), found=beside)
    raise StudyError("studies.no_file", where=shown(place), known=known or ["-"])


def inside(folder: Path, written: str) -> Path:
    """Path of a file that a study names.

    Parameters
    ----------
    folder : Path
        Of the study.
    written : str
        As in study.yml.

    Raises
    ------
    StudyError
        If it is not a relative path with slashes, or leads out of the folder (over a link, too).
    """
    foreign = "\\" in written or "://" in written or written.startswith("~") or "\0" in written
    if foreign or PureWindowsPath(written).drive:
        raise StudyError("studies.path_form", path=written.replace("\0", "␀"))
    path = folder / written
    try:
        outside = not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle, or a name that the system cannot have
        raise StudyError("studies.path_form", path=written[:80]) from None
    if outside or ".." in PurePosixPath(written).parts or PurePosixPath(written).is_absolute():
        raise StudyError("studies.path_outside", path=written)
    return path
