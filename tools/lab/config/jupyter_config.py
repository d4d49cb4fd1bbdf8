"""Settings for the server that `deno task lab` starts. Other programs of Jupyter ignore them."""

import os
import signal
import threading


def end_with_owner():
    """Ends the server and its kernels when `deno task lab` is gone, however it ended.

    It holds the server's standard input open, and the operating system closes that. Reads the file
    itself: at its end Python would abort if a thread still waited in `sys.stdin`.
    """
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if os.environ.pop("END_WITH_STDIN", "") == "1":
    threading.Thread(target=end_with_owner, daemon=True).start()
    # Kernels and terminals inherit the environment; a cell that prints it must not print the token.
    token = os.environ.pop("JUPYTER_TOKEN")
    config = get_config()  # noqa: F821
    # Jupyter Server 2, Jupyter Server 1, the classic Notebook.
    for section in ("IdentityProvider", "ServerApp", "NotebookApp"):
        config[section].token = token
