"""Ends the server when the program that started it is gone, however that ended.

`deno task lab` holds the server's standard input open. When it is killed, or its window is closed,
the system closes that, and the server ends with its kernels.
"""

import os
import signal
import sys
import threading


def end_with_owner():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


# Every program of Jupyter reads this file; the server that we start is told to heed it.
if os.environ.pop("END_WITH_STDIN", "") == "1":
    threading.Thread(target=end_with_owner, daemon=True).start()
