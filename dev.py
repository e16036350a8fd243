#!/usr/bin/env python3
"""Everything a developer does with this project; needs nothing but Python 3.11 or newer.

Set-up happens by itself: the first command makes .venv from the hash-checked lock files, later ones
reuse it until a lock file or pyproject.toml changes.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "neuguong-setup"

OLDEST = (3, 11)
UV = "uv==0.13.9"
LOCKS = {  # lock file -> dependency groups of pyproject.toml, beside the product's own dependencies
    "requirements.lock": ["build"],
    "requirements-full.lock": ["build", "full"],
    "requirements-test.lock": ["build", "test"],
    "tests/bench/peers.lock": ["peers"],
}
PEERS = ROOT / "var" / "peers"  # a virtual environment of their own
PEERS_LOCK = ROOT / "tests" / "bench" / "peers.lock"
CHECKS = {  # name -> what must be silent; tests/architecture/test_check.py runs the same table
    "style": ["ruff", "check"],
    "format": ["ruff", "format", "--check"],
    "types": ["mypy"],
    "imports": ["lint-imports"],
}
CHROMIUMS = (  # the first that is there: without windows the same engine costs two thirds
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
)  # fmt: skip


# --- commands -----------------------------------------------------------------------------------------


def run(args: list[str]) -> int:
    """Start the whole system with a demo agency; --full: on real PostgreSQL and Valkey, processes apart."""
    if "--full" in args:
        set_up("requirements-full.lock")
        return become(["-m", "tests.full", *(a for a in args if a != "--full")])
    set_up("requirements.lock")
    return become(["-m", "web.cli", "up", "--demo", *args])


def test(args: list[str]) -> int:
    """Run all tests: SQLite, real PostgreSQL, Valkey, SMTP, Celery, Chromium. Arguments go to pytest."""
    return pytest(args or ["-n", "3", "--no-loadscope-reorder"])  # tests/sharing.py says which go together


def check(args: list[str]) -> int:
    """Lint, format, types, import contracts; changes nothing. Names of checks may follow."""
    set_up("requirements-test.lock")
    failed = [name for name in args or CHECKS if call([tool(CHECKS[name][0]), *CHECKS[name][1:]])]
    if failed:
        print("Failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


def fix(args: list[str]) -> int:
    """Repair what a machine can: lint fixes and format. Paths may follow."""
    set_up("requirements-test.lock")
    return call([tool("ruff"), "check", "--fix", *args]) | call([tool("ruff"), "format", *args])


def chaos(args: list[str]) -> int:
    """Storm of faults, drills, fault tests at full length; writes docs/RELIABILITY.md. --seed N: that storm alone."""
    set_up("requirements-test.lock")
    if args:
        return become(["-m", "tests.faults", *args])
    code = call([PYTHON, "-m", "tests.faults"])
    long = ["tests/faults", "tests/journeys", "tests/model", "tests/web/test_openapi.py", "tests/plans/test_samples.py"]
    return code or pytest(long, NEUGUONG_CHAOS="long")


def bench(args: list[str]) -> int:
    """Measure decisions on both databases; `load`: 200 people at work; `peers`: install the engines to compare with."""
    if args == ["peers"]:
        return install_peers()
    set_up("requirements-test.lock")
    return become(["-m", "tests.bench", *args])


def mutants(args: list[str]) -> int:
    """Change the engine line by line and see that a test notices. `--sample 100 engine timers identity`."""
    set_up("requirements-test.lock")
    return become(["-m", "tests.mutants", *args])


def shots(args: list[str]) -> int:
    """Redraw the screenshots in docs/ by running the browser tests."""
    return pytest(["tests/browser", *args], NEUGUONG_SHOTS="1")


def papers(args: list[str]) -> int:
    """Every paper through LibreOffice, where the machine has it; pictures in var/papers."""
    set_up("requirements-test.lock")
    return become(["-m", "tests.office", *args])


def lock(args: list[str]) -> int:
    """Write the lock files anew. Packages may follow: only these are upgraded; --upgrade takes all."""
    upgrades = [a if a.startswith("-") else "--upgrade-package=" + a for a in args]
    with tempfile.TemporaryDirectory(prefix="neuguong-lock-") as folder:
        maker = pathlib.Path(folder) / "venv"
        make_venv(maker)
        call([maker / SCRIPTS.name / "python", *PIP, "install", UV], check=True)
        uv = maker / SCRIPTS.name / "uv"
        for name, groups in LOCKS.items():
            product = [] if groups == ["peers"] else ["pyproject.toml"]
            chosen = ["--group=pyproject.toml:" + group for group in groups]
            command = [uv, "pip", "compile", *product, *chosen, *LOCK_OPTIONS, *upgrades, "-o", name]
            call(command, check=True, stdout=subprocess.DEVNULL)
    return 0


def usage(args: list[str]) -> int:
    """Show this page."""
    print(__doc__)
    for group, commands in COMMANDS.items():
        print(group)
        for name, command in commands.items():
            print(f"  python3 dev.py {name:<7} {(command.__doc__ or '').strip()}")
        print()
    return 0


COMMANDS = {
    "Use": {"run": run},
    "Every day": {"test": test, "check": check, "fix": fix},
    "Now and then": {"chaos": chaos, "bench": bench, "mutants": mutants},
    "Seldom": {"shots": shots, "papers": papers, "lock": lock, "help": usage},
}


# --- set-up -------------------------------------------------------------------------------------------

PIP = ("-m", "pip", "--disable-pip-version-check", "-q")
LOCK_OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "-q",
)
MACOS_PYTHONS = (
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/Library/Frameworks/Python.framework/Versions/3.{0}/bin",
)


def set_up(lock_name: str) -> None:
    """Bring .venv to what the lock file says; instant when it already is."""
    wanted = hashlib.sha256(b"\0".join((
        str(ROOT).encode(), (ROOT / lock_name).read_bytes(), (ROOT / "pyproject.toml").read_bytes()
    ))).hexdigest()  # fmt: skip
    done = STAMP.read_text().split() if STAMP.exists() else []
    if wanted in done and works(VENV):
        return
    if not works(VENV):
        print("Setting up .venv (once, about half a minute) ...", flush=True)
        make_venv(VENV)
        done = []
    call([PYTHON, *PIP, "install", "--require-hashes", "--only-binary", ":all:", "-r", lock_name], check=True)
    call([PYTHON, *PIP, "install", "--no-deps", "--no-build-isolation", "-e", "."], check=True)
    STAMP.write_text("\n".join([*done, wanted]) + "\n")


def install_peers() -> int:
    """The engines that `bench decisions` measures beside ours; the lock's copy says that all of it is there."""
    make_venv(PEERS)
    install = ["install", "--require-hashes", "--only-binary", ":all:", "-r", PEERS_LOCK]
    call([PEERS / SCRIPTS.name / "python", *PIP, *install], check=True)
    shutil.copy(PEERS_LOCK, PEERS)
    return 0


def works(venv: pathlib.Path) -> bool:
    """Whether the folder is a virtual environment that a new enough Python can still use."""
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST} or sys.prefix == sys.base_prefix)"
    return PYTHON.exists() and quiet([PYTHON, "-c", probe])


def make_venv(folder: pathlib.Path) -> None:
    """Make an empty virtual environment, on Debian and Ubuntu with the missing venv package if we may."""
    python, minor = base_python()
    if not quiet([python, "-c", "import ensurepip, venv"]) and not apt_install(f"python3.{minor}-venv"):
        sys.exit(f"This Python lacks venv. Run `sudo apt-get install python3.{minor}-venv`, then repeat.")
    call([python, "-m", "venv", "--clear", folder], check=True)


def base_python() -> tuple[str, int]:
    """Path and minor version of a Python that is new enough: the running one if it can be."""
    folders = os.environ.get("PATH", "").split(os.pathsep) + list(MACOS_PYTHONS)
    named = (shutil.which(f"python3.{n}", path=os.pathsep.join(folders).format(n)) for n in (14, 13, 12, 11))
    probe = f"import sys; print(sys.version_info[1]); sys.exit(sys.version_info < {OLDEST})"
    for python in (getattr(sys, "_base_executable", None) or sys.executable, *named):
        answer = python and subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
        if answer and answer.returncode == 0:
            return python, int(answer.stdout)
    return sys.exit("Python 3.11 or newer is needed: Debian 12, Ubuntu 24.04, or on macOS the one of python.org.")


def browser() -> None:
    """See that the browser tests find a Chromium, and its driver what bare Debian lacks (libatomic)."""
    driver = quiet([PYTHON, "-m", "playwright", "--version"])
    chromium = bool(os.environ.get("TEST_CHROMIUM")) or any(map(shutil.which, CHROMIUMS)) or (driver and own_chromium())
    missing = ([] if driver else ["libatomic1", "libstdc++6"]) + ([] if chromium else chromium_packages())
    if missing and apt_install(*missing):
        driver, chromium = True, chromium or any(map(shutil.which, CHROMIUMS))
    if not chromium:
        call([PYTHON, "-m", "playwright", "install", "chromium"], check=True)


def own_chromium() -> bool:
    """Whether Playwright has already downloaded the Chromium it was built with."""
    probe = (
        "from playwright.sync_api import sync_playwright as s\nimport os, sys\n"
        "with s() as p: sys.exit(not os.path.exists(p.chromium.executable_path))"
    )
    return quiet([PYTHON, "-c", probe])


def chromium_packages() -> list[str]:
    """Debian's packages; none on Ubuntu, whose `chromium` is a stub that wants snap."""
    release = pathlib.Path("/etc/os-release")
    debian = release.exists() and "\nID=debian" in "\n" + release.read_text()
    return ["chromium-headless-shell", "fonts-dejavu-core"] if debian else []


def apt_install(*packages: str) -> bool:
    """Install Debian packages as root or by password-less sudo; False where that is not possible."""
    sudo = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    if not packages or not shutil.which("apt-get") or (sudo and not (shutil.which("sudo") and quiet([*sudo, "true"]))):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    call([*sudo, "apt-get", "update", "-qq"], env=env, check=True)
    install = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return call(install, env=env, stdout=subprocess.DEVNULL) == 0


# --- starting others ----------------------------------------------------------------------------------


def pytest(args: list[str], **environment: str) -> int:
    """Set up everything the tests need, then become pytest."""
    set_up("requirements-test.lock")
    browser()
    os.environ.update(environment)
    return become(["-m", "pytest", *args])


def become(args: list[str]) -> int:
    """Replace this process by the project's Python, so that signals and exit codes are its own."""
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of some hundred processes compiles all of ours anew
    if os.name != "nt":
        os.execv(PYTHON, [str(PYTHON), *args])
    return subprocess.call([str(PYTHON), *args])


def tool(name: str) -> pathlib.Path:
    """Path of a command-line tool of the virtual environment."""
    return SCRIPTS / (name + ".exe" if os.name == "nt" else name)


def call(command: list, *, check: bool = False, **options) -> int:
    """Run in the project's folder, showing the command; with check, a failure ends this program."""
    print("+ " + " ".join(str(part).replace(str(ROOT) + os.sep, "") for part in command), flush=True)
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **options).returncode
    if check and code:
        sys.exit(f"Stopped: the command above failed with exit code {code}.")
    return code


def quiet(command: list) -> bool:
    """Whether a command succeeds, showing nothing."""
    try:
        return (
            subprocess.run([str(part) for part in command], capture_output=True, cwd=ROOT, check=False).returncode == 0
        )
    except OSError:
        return False


def main() -> int:
    """Find the command and run it."""
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    commands = {key: command for group in COMMANDS.values() for key, command in group.items()}
    command = commands.get("help" if name in ("-h", "--help") else name)
    if command is None:
        usage([])
        print(f"There is no command {name!r}.", file=sys.stderr)
        return 2
    try:
        return command(sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
