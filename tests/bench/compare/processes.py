"""Children that never outlive the comparison, and what they cost."""
import ctypes
import os
import pathlib
import signal
import subprocess
import time

PATIENCE = 120  # seconds; nothing takes that long unless it is broken
TICK = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """Why a row has no number."""


def keep(out, key, measure):
    """out[key] is the measure, or the reason why there is none: whatever goes wrong, the others go on."""
    try:
        out[key] = measure()
    except Failed as failure:
        out[key] = failure
    except Exception as error:
        out[key] = Failed(f"{type(error).__name__}: {error}")


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(condition, what, patience=PATIENCE, every=0.1):
    """The first true value of condition()."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise Failed(f"waited {patience} s in vain for {what}")


class Child:
    """A program whose output goes to a file; stop() may be called again."""

    def __init__(self, command, log):
        self.log = pathlib.Path(log)
        with open(log, "ab") as out:
            self.child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out,
                                          stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Asks it to end, and ends it if it does not."""
        if self.running():
            self.child.terminate()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self):
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "no output"

    def cpu_seconds(self):
        """User and system time of all threads since the start."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        """Bytes resident, and at most since the start."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        found = dict(line.split(":", 1) for line in status.splitlines())
        return tuple(int(found[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))

    def wait_until_idle(self, patience=PATIENCE):
        """Until it took less than 3 % of a CPU for two seconds."""
        end = time.monotonic() + patience
        before = self.cpu_seconds()
        while time.monotonic() < end:
            time.sleep(2)
            now = self.cpu_seconds()
            if now - before < 0.06:
                return
            before = now


def disk_bytes(folder, wanted=lambda path: True):
    """What `du` counts, of the files whose path below the folder is wanted."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            try:
                if wanted(os.path.relpath(path, folder)):
                    total += os.lstat(path).st_blocks * 512
            except FileNotFoundError:
                pass  # merged away meanwhile
    return total
