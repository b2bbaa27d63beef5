"""Runs many commands of mgmine one after the other, each in a fork of this process, and measures each.

``python worker.py`` reads one JSON object a line on standard input, ``{"argv": [...], "stdout": path, "stderr": path}``, and
answers each with ``{"code": …, "signal": …, "memory": …}``, the memory being the peak resident size of the fork in bytes. A
fork costs a few milliseconds, where a new Python would cost some hundreds.
"""

from __future__ import annotations

import json
import os
import resource
import sys

# Enough for threads' stacks and mapped files, too little to harm the machine.
ADDRESS_SPACE = 6 << 30


def _child(job: dict[str, object]) -> None:
    for number, name in ((1, "stdout"), (2, "stderr")):
        handle = os.open(str(job[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = ["mgmine", *job["argv"]]  # type: ignore[misc]
    from mgmine.cli import main

    main()


def serve() -> None:
    # What the commands need, once.
    import duckdb  # noqa: F401

    import mgmine.cli.lexicon
    import mgmine.cli.run
    import mgmine.cli.scan
    import mgmine.pipeline
    import mgmine.store  # noqa: F401

    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 70
            try:
                _child(job)
            except SystemExit as end:
                code = int(end.code or 0)
            except BaseException:
                import traceback

                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status, usage = os.wait4(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        answer = {"code": ended, "memory": usage.ru_maxrss * 1024, "seconds": usage.ru_utime + usage.ru_stime}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
