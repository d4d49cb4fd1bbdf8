"""Types in the editor: JupyterLab's package jupyterlab-lsp starts `deno lsp` behind the course's filter."""

import json
from pathlib import Path

c = get_config()  # noqa: F821 (defined by Jupyter)

project = Path(__file__).resolve().parents[3]
spec = project / ".jupyter" / "kernels" / "deno" / "kernel.json"

c.LanguageServerManager.autodetect = False
if spec.exists():
    deno = json.loads(spec.read_text("utf-8"))["argv"][0]
    server = project / "tools" / "language" / "editor.ts"
    c.LanguageServerManager.language_servers = {
        "deno": {
            "version": 2,
            "argv": [deno, "run", "-A", "-q", "-c", str(project / "deno.json"), str(server)],
            "languages": ["typescript"],
            "mime_types": ["text/typescript", "application/typescript"],
            "display_name": "deno lsp",
            "requires_documents_on_disk": False,
        }
    }
