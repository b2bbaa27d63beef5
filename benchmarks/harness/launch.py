"""Start one command, wait for it, and tell what it used. Run as `python -I -S launch.py FD -- COMMAND…`.

A process of its own, because Linux lets a child inherit the resident size its parent had at the moment of `exec`:
started from the harness, every command would seem to need at least the harness's memory. This one needs about 8 MB.
"""

import os
import sys
import time


def main() -> None:
    report, command = int(sys.argv[1]), sys.argv[3:]
    begin = time.perf_counter_ns()
    child = os.fork()
    if child == 0:
        os.close(report)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}\n".encode())
        os._exit(127)
    _, status, used = os.wait4(child, 0)
    wall = (time.perf_counter_ns() - begin) / 1e9
    code = os.waitstatus_to_exitcode(status)
    # Kilobytes of 1,024 bytes on Linux. Of a pipeline it is the largest of its processes, not their sum.
    line = f"{code} {wall:.6f} {used.ru_utime:.6f} {used.ru_stime:.6f} {used.ru_maxrss}\n"
    os.write(report, line.encode())


main()
