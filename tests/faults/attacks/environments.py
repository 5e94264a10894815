"""Environments that a command may find itself in: it works as ever, or says in one line why not."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import Ended, Running, begin
from tests.faults.verbs import CODES, ROOT, VERBS, clear, harm, make_place, words

LAB_SECONDS = 1.5  # after which a lab is asked to end
NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups"
APART = 'exec unshare -m sh -c \'{}; exec "$@"\' - "$@"'  # in a mount namespace of its own


@dataclass(frozen=True)
class Environment:
    """What surrounds a command: a bash script that runs it as "$@", in the folder $OUT, which is its own.

    `works`: the command must do what it does anywhere. `quiet`: what it says reaches nobody. `root`: it takes root's
    rights to make.
    """

    name: str
    script: str
    works: bool = True
    quiet: bool = False
    root: bool = False

    def judge(self, ended: Ended) -> str | None:
        """Return what is wrong with how a command ended here; None if nothing is."""
        return harm(ended, frozenset({0, 5}) if self.works else CODES, self.quiet)


def surroundings() -> Iterator[Environment]:
    """Yield every environment."""
    yield Environment("plain", 'exec "$@"')
    yield Environment("nothing set", 'exec env -i PYTHONPATH="$PYTHONPATH" "$@"')
    for script in VARIABLES:
        yield Environment(script, f'{script}; exec "$@"')
    for script in ("PYTHONIOENCODING=nonsense", "TORCHELASTIC_RUN_ID=x RANK=1"):
        yield Environment(script, f'export {script}; exec "$@"', works=False)
    for script in LIMITS:
        yield Environment(script, f'{script}; exec "$@"', works=False)
    for n in (1, 2, 4):
        yield Environment(f"{n} processes", f'chmod 777 $OUT; exec prlimit --nproc={n} {NOBODY} "$@"', False, root=True)
    for script in MOUNTS:
        yield Environment(script, APART.format(script), root=True)
    yield Environment("read-only everywhere", APART.format(READ_ONLY), works=False, root=True)
    yield Environment("a user without a name", f'export HOME=/root; chmod 777 $OUT; exec {NOBODY} "$@"', root=True)
    yield Environment("a user without rights", f'chmod 555 $OUT; exec {NOBODY} "$@"', works=False, root=True)
    yield Environment("a folder that is gone", 'mkdir $OUT/gone; cd $OUT/gone; rmdir $OUT/gone; exec "$@"', works=False)
    for script in ('exec "$@" <&-', 'exec "$@" </dev/full', 'exec "$@" >&-', 'set -o pipefail; "$@" | head -c 1'):
        yield Environment(script, script)
    for script in ('exec "$@" >/dev/full', 'exec "$@" 1</dev/null', 'exec "$@" 1</'):
        yield Environment(script, script, works=False)
    for script in ('exec "$@" 2>&-', 'exec "$@" 2>/dev/full', 'exec "$@" <&- >&- 2>&-', 'exec "$@" 2</dev/null'):
        yield Environment(script, script, quiet=True)
    for script in ('exec "$@" >/dev/full 2>&1', '"$@" 2>&1 | head -c 1', '"$@" 2>&1 | :', 'exec "$@" >/dev/full 2>&-'):
        yield Environment(script, f"set -o pipefail; {script}", works=False, quiet=True)


VARIABLES = (
    "unset HOME USER LOGNAME", "touch $OUT/home; export HOME=$OUT/home", "export HOME=/nowhere", "export HOME=here",
    "export HOME=", "export HOME=$OUT/$(printf 'h\\377\\n\\033[31m')", "export XDG_CACHE_HOME=a/b",
    "export XDG_CACHE_HOME=/dev/null", "export XDG_CACHE_HOME=$(printf '/proc/\\377\\033[31m')",
    "touch $OUT/c; export CONVSCOPE_CACHE=$OUT/c", "export CONVSCOPE_CACHE=/proc/nowhere",
    "export CONVSCOPE_CACHE=$(printf '/%0300d' 0)", "export CONVSCOPE_CACHE=$OUT/$(printf 'c\\377\\n\\033[31m')",
    "export TMPDIR=/nowhere", "touch $OUT/t; export TMPDIR=$OUT/t", "umask 777", "umask 000",
    "export LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0", "export LC_ALL=POSIX", "export LC_ALL=ko_KR PYTHONUTF8=0",
    "export PYTHONIOENCODING=ascii", "export PYTHONIOENCODING=latin-1", "export PYTHONIOENCODING=cp949",
    "export PYTHONIOENCODING=utf-16", "export PYTHONIOENCODING=utf-8:strict", "export COLUMNS=1", "export COLUMNS=0",
    "export COLUMNS=-5", "export COLUMNS=1000000", "export COLUMNS=x", "export TERM=dumb", "export NO_COLOR=1",
    "export FORCE_COLOR=1", "export PYTHONWARNINGS=error", "export PYTHONOPTIMIZE=2", "export PYTHONDEVMODE=1",
    "export PYTHONSAFEPATH=1 PYTHONNODEBUGRANGES=1", "export PYTHONPYCACHEPREFIX=/proc/nowhere",
    "export OMP_NUM_THREADS=x MKL_NUM_THREADS=-1", "export CUDA_VISIBLE_DEVICES=99", "export TZ=:/nowhere",
    "export BROWSER=/nowhere DISPLAY=:99", "export RANK=3 WORLD_SIZE=8", "ulimit -c 0",
)  # fmt: skip
LIMITS = (
    *(f"ulimit -n {n}" for n in (0, 3, 4, 5, 6, 8, 10, 15, 20, 40)),
    *(f"ulimit -v {n}" for n in (30_000, 100_000, 300_000, 800_000, 2_000_000)),
    *(f"ulimit -d {n}" for n in (20_000, 60_000, 150_000, 400_000)),
    *(f"ulimit -f {n}" for n in (0, 1, 16, 256)), "ulimit -s 256", "ulimit -St 1",
)  # fmt: skip
MOUNTS = (
    "mount -t tmpfs -o size=4k none $TIGHT; head -c 4k /dev/zero >$TIGHT/a 2>/dev/null; export TMPDIR=$TIGHT",
    "mount -t tmpfs -o ro none $TIGHT; export TMPDIR=$TIGHT", "mount -t tmpfs -o ro none /dev/shm",
    "mount -t tmpfs none /dev", "mount -t tmpfs none /dev; mkdir /dev/null", "mount -t tmpfs none /proc",
    "mount -t tmpfs none /sys", "mount -t tmpfs none /etc",
)  # fmt: skip
READ_ONLY = "mount -o remount,bind,ro /; mount -t tmpfs -o ro none $OUT; mount -t tmpfs -o ro none /dev/shm"
ENVIRONMENTS = tuple(surroundings())


def run(command: list[str], environment: Environment, out: Path) -> Running:
    """Begin a command in an environment, from the folder `out`, made anew."""
    clear(out)
    clear(out.parent / "tight")
    env = {"OUT": str(out), "TIGHT": str(out.parent / "tight"), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return begin(["bash", "-c", environment.script, "bash", *command], env=env, folder=out)


def run_in(environment: Environment, verb: str, place: Path, out: Path) -> Ended:
    """Run a verb in an environment. What serves is asked to end after a moment."""
    running = run([sys.executable, "-m", "convscope", *words(verb, place, out)], environment, out)
    if verb in ("lab", "serve"):
        time.sleep(LAB_SECONDS)
        running.send(signal.SIGTERM, group=True)
    return running.wait(120)


def every_verb_everywhere(times: int, random: Random, tally: Tally) -> None:
    """Run verbs in environments, each pair once before any is repeated."""
    made = [e for e in ENVIRONMENTS if not e.root or may_mount()]
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # other users come by
        place, out = make_place(Path(folder)), Path(folder) / "out"
        while tally.tried < times:
            for environment, verb in random.sample(pairs := list(product(made, VERBS)), min(len(pairs), times)):
                ended = run_in(environment, verb, place, out)
                if ended.code not in CODES and not python_starts(environment, out):
                    tally.ended("too little for Python itself")
                elif (fault := environment.judge(ended)) is not None:
                    tally.fault(f"{verb}, {environment.name}: {fault}")
                else:
                    tally.ended(("works", "", "", "works", "refused", "works")[ended.code] or "refused")


def python_starts(environment: Environment, out: Path) -> bool:
    """Whether Python itself can start in an environment."""
    return run([sys.executable, "-c", "pass"], environment, out).wait(60).code == 0


def may_mount() -> bool:
    """Whether we may make mount namespaces and be other users, as root may outside of most containers."""
    return begin(["unshare", "-m", "true"]).wait(10).code == 0


CAMPAIGNS = (
    Campaign(
        "environments", "commands", "Every verb without HOME, /dev, /proc, /dev/shm, rights, memory, room, files or "
        "processes to open, in odd locales, with closed, full and broken outputs: it works as ever, or says why not in "
        "one line, with the documented exit code",
        every_verb_everywhere, quick=10, long=len(ENVIRONMENTS) * len(VERBS),
    ),
)  # fmt: skip
