"""A Slurm of one node on this machine, for tests: munged, slurmctld and slurmd, which need the rights of root."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

# Without systemd and cgroups, as in containers. The ports are not Slurm's usual ones: another Slurm may run here.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={place}/jobs.txt
MpiDefault=none
ReturnToService=2
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
"""

CONFIGURED = Path("/etc/slurm/slurm.conf")


@contextlib.contextmanager
def one_machine_slurm(directory: Path) -> Iterator[None]:
    """Starts the daemons with their files below a directory, and stops them at the end."""
    for program in ["munged", "slurmctld", "slurmd", "sbatch"]:
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            raise SystemExit(f"there is no {program}: apt-get install slurm-wlm munge")
    place = directory / "slurm"
    for name in ["state", "spool"]:
        (place / name).mkdir(parents=True, exist_ok=True)
    host = socket.gethostname().split(".")[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    # Snakemake's plugin takes SLURM_CONF from a job's environment, so the file stands where Slurm looks by itself.
    if os.path.lexists(CONFIGURED):
        raise SystemExit(f"{CONFIGURED} is there: this machine has a Slurm of its own, and keeps it")
    configuration = place / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(host=host, place=place, cpus=os.cpu_count(), memory=memory * 9 // 10))
    key = place / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    CONFIGURED.parent.mkdir(exist_ok=True)
    CONFIGURED.symlink_to(configuration)
    daemons = []

    def start(*command: str) -> None:
        with (place / f"{command[0]}.output").open("ab") as output:
            daemons.append(subprocess.Popen(command, stdout=output, stderr=output))

    try:
        start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={place}/munge.socket",
              f"--pid-file={place}/munge.pid", f"--log-file={place}/munge.log", f"--seed-file={place}/munge.seed")
        wait_for("munged", lambda: (place / "munge.socket").exists())
        start("slurmctld", "-D", "-i", "-f", str(configuration))
        start("slurmd", "-D", "-N", host, "-f", str(configuration))
        wait_for("a node", lambda: "idle" in subprocess.run(["sinfo", "-h"], capture_output=True, text=True).stdout)
        yield
    finally:
        subprocess.run(["scancel", "--user", pwd.getpwuid(os.getuid()).pw_name], capture_output=True)
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(30)
            daemon.kill()
        CONFIGURED.unlink()


def wait_for(what: str, is_there, seconds: float = 60) -> None:
    """Waits until something is there."""
    end = time.monotonic() + seconds
    while not is_there():
        if time.monotonic() > end:
            raise SystemExit(f"there is no {what} after {seconds} seconds")
        time.sleep(0.2)
