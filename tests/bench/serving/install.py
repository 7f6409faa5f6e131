"""What the comparison needs besides our own environment: Debian's packages, and the other servers from peers.txt."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = {"mapserv": "cgi-mapserver", "nginx": "nginx", "wrk": "wrk"}
"""Program: the package that brings it. The packages' own services are not used; ours are started on free ports."""
REQUIREMENTS = Path(__file__).with_name("peers.txt")
SECONDS = 1200


def programs() -> None:
    """Install the programs that are missing. Raises SystemExit with what to install when we may not."""
    missing = sorted(package for program, package in PACKAGES.items() if shutil.which(program) is None)
    if not missing:
        return
    if os.getuid() != 0:
        raise SystemExit(
            f"缺少系统软件包，请以 root 运行：apt-get install --no-install-recommends {' '.join(missing)}"
        )
    print(f"安装系统软件包：{' '.join(missing)}", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=600"]
    subprocess.run(["apt-get", *wait, "update", "-q"], env=quiet, check=True, timeout=SECONDS)
    subprocess.run(
        ["apt-get", *wait, "install", "-q", "-y", "--no-install-recommends", *missing],
        env=quiet,
        check=True,
        timeout=SECONDS,
    )


def environment(target: Path) -> Path:
    """Build the other servers' environment, once for each state of peers.txt; return it."""
    want = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = target / "peers.stamp"
    if stamp.exists() and stamp.read_text(encoding="ascii") == want:
        return target
    print("安装对照的服务器", flush=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", str(target)], check=True, timeout=SECONDS)
    command = [str(target / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, "-r", str(REQUIREMENTS)], check=True, timeout=SECONDS)
    stamp.write_text(want, encoding="ascii")
    return target


def versions() -> dict[str, str]:
    """Return the versions of the other servers and of what stands before them."""
    pinned = dict(
        line.split("==") for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if "==" in line
    )
    told = {name: pinned[name] for name in ("tipg", "pygeoapi", "django-gisserver", "gunicorn", "uvicorn")}
    said = subprocess.run(["mapserv", "-v"], capture_output=True, text=True, timeout=30, check=False).stdout
    told["MapServer"] = said.split("version", 1)[-1].split()[0]
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, timeout=30, check=False).stderr
    told["nginx"] = said.strip().rpartition("/")[2].split()[0]
    return told
