"""Build the project's wheel, and an archive of Python with all packages for a cluster, in dist/.

Executors unpack the archive and need no Python or packages of their own. The archive does not
contain Spark, which the executors run.
"""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import {{ cookiecutter.package_name }} as project

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
UV = (sys.executable, "-m", "uv")

NOT_OF_PYTHON = ("site-packages", "dist-packages", "EXTERNALLY-MANAGED", "__pycache__", "test")
"""Entries of the standard library's folder that are not packed."""

CHECK = "import ssl, sqlite3, sys, numpy, pandas, pyarrow, {package}; print(sys.prefix)"


def main() -> None:
    for built in (build_wheel(), build_environment()):
        print(f"{built.relative_to(ROOT)}  {built.stat().st_size / 2**20:,.1f} MB")


def build_wheel() -> Path:
    """Build the project's wheel; return its path."""
    subprocess.run([*UV, "build", "--quiet", "--wheel", f"--out-dir={DIST}", str(ROOT)], check=True)
    return DIST / f"{name()}-{project.__version__}-py3-none-any.whl"


def build_environment() -> Path:
    """Pack a copy of this Python, the packages of uv.lock, and the project; return the archive."""
    archive, wheel = environment(), build_wheel()
    with TemporaryDirectory(prefix=".unfinished-", dir=DIST) as folder:
        built, pinned = Path(folder, "built"), Path(folder, "requirements.txt")
        python = copy_python(built)
        pinned.write_text(requirements())
        install = [*UV, "pip", "install", "--quiet", f"--python={python}"]
        subprocess.run([*install, f"--requirements={pinned}"], check=True)
        subprocess.run([*install, "--no-deps", str(wheel)], check=True)
        # otherwise each executor would compile the packages again for each application; errors
        # are ignored, because some packages contain templates that are not valid Python
        compiled = ["compileall", "-qq", "-j0", "--invalidation-mode=unchecked-hash"]
        subprocess.run([python, "-Wignore", "-m", *compiled, str(built / "lib")], check=False)

        elsewhere = built.rename(Path(folder, "environment"))
        check(elsewhere / "bin" / "python")
        unfinished = Path(folder, archive.name)
        with tarfile.open(unfinished, "w:gz", compresslevel=1) as tar:
            tar.add(elsewhere, arcname=".")
        unfinished.replace(archive)
    for earlier in set(DIST.glob(f"{name()}-environment-*.tar.gz")) - {archive}:
        earlier.unlink()
    return archive


def environment() -> Path:
    """Return the archive's path; its name changes with Python and with the pins of uv.lock."""
    content = hashlib.sha256(f"{sys.version}\n{requirements()}".encode()).hexdigest()
    return DIST / f"{name()}-environment-{content[:12]}.tar.gz"


def requirements() -> str:
    """Return the jobs' requirements as uv.lock pins them."""
    left_out = ("--no-dev", "--no-emit-project", "--no-emit-package=pyspark", "--no-header")
    export = [*UV, "export", "--quiet", f"--project={ROOT}", *left_out]
    return subprocess.run(export, check=True, capture_output=True, text=True).stdout


def name() -> str:
    """Return the project's name, as it is written in file names."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(about["name"]).replace("-", "_")


def copy_python(target: Path) -> Path:
    """Copy the Python that runs this code, without its packages; return the copy's executable.

    A virtual environment would not work: it links to a Python that executors do not have.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library, programs = target / "lib", target / "bin"
    ignore = shutil.ignore_patterns(*NOT_OF_PYTHON)
    shutil.copytree(sysconfig.get_path("stdlib"), library / version, ignore=ignore)
    shared = sysconfig.get_config_var("INSTSONAME") or ""
    if ".so" in shared:
        shutil.copy(Path(sysconfig.get_config_var("LIBDIR"), shared), library)
    programs.mkdir()
    shutil.copy(Path(sys._base_executable).resolve(), programs / version)
    (programs / "python").symlink_to(version)
    return programs / "python"


def check(python: Path) -> None:
    """Exit with an error unless the copy works in another folder and with an empty environment."""
    code = CHECK.format(package=project.__name__)
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, env={})
    if answer.stdout.strip() != str(python.parents[1]):
        said = (answer.stderr or answer.stdout).strip().splitlines()[-1]
        sys.exit(
            f"error: the Python at {sys.base_prefix} does not work in another folder ({said}). "
            "Use a relocatable one: uv python install, then uv sync --managed-python"
        )


if __name__ == "__main__":
    main()
