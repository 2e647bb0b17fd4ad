"""Chromium without a window, driven by the WebDriver protocol (W3C) over HTTP.

Debian's packages chromium and chromium-driver are all it needs.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The sandbox needs rights that containers lack; what is opened is our own file.
_ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that the protocol gives elements

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine


class BrowserError(Exception):
    """What the browser refused, in its own words."""


def missing() -> str | None:
    """Return why there is no browser to drive, or None."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium; on Debian: apt install chromium chromium-driver"
    if not shutil.which("chromedriver"):
        return "no chromedriver; on Debian: apt install chromium-driver"
    return None


class Element:
    """One element of the page."""

    def __init__(self, browser: Browser, key: str) -> None:
        self._browser, self._key = browser, key

    def click(self) -> None:
        self._browser.ask("POST", f"/element/{self._key}/click", {})

    def type(self, text: str) -> None:
        self._browser.ask("POST", f"/element/{self._key}/value", {"text": text})

    def clear(self) -> None:
        self._browser.ask("POST", f"/element/{self._key}/clear", {})

    @property
    def text(self) -> str:
        return self._browser.ask("GET", f"/element/{self._key}/text")

    def reference(self) -> dict[str, str]:
        return {_ELEMENT: self._key}


class Browser:
    """One session."""

    def __init__(self, address: str) -> None:
        self._address = address
        program = next(path for name in BROWSERS if (path := shutil.which(name)))
        options = {"args": _ARGUMENTS, "binary": program}
        wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        wanted["alwaysMatch"]["goog:loggingPrefs"] = {"browser": "ALL"}
        begun = _request("POST", f"{address}/session", {"capabilities": wanted})
        self._session = f"{address}/session/{begun['sessionId']}"

    def ask(self, method: str, place: str, body: dict[str, Any] | None = None) -> Any:
        return _request(method, self._session + place, body)

    def open(self, page: Path, fragment: str = "") -> None:
        """Open a file, and wait until its program has run."""
        self.ask("POST", "/url", {"url": "about:blank"})
        self.ask("POST", "/url", {"url": page.as_uri() + fragment})
        self.wait("return 'ready' in document.documentElement.dataset")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page; `return` gives a value back."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, condition: str, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not self.run(condition):
            if time.monotonic() > end:
                raise BrowserError(f"not within {seconds} s: {condition}")
            time.sleep(0.05)

    def find(self, selector: str) -> Element:
        query = {"using": "css selector", "value": selector}
        return Element(self, self.ask("POST", "/element", query)[_ELEMENT])

    def press(self, *keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.ask("POST", "/actions", {"actions": [source]})

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol."""
        body = {"cmd": name, "params": parameters}
        return self.ask("POST", "/goog/cdp/execute", body)

    def resize(self, width: int, height: int, *, is_phone: bool = False) -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=is_phone,
        )

    def prefer(self, scheme: str) -> None:
        """Prefer "light" or "dark"; and no motion, as a click would miss what still moves."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.command("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path: Path, *, is_whole: bool = False) -> None:
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=is_whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self) -> bytes:
        """Return the page as PDF."""
        return base64.b64decode(self.ask("POST", "/print", {}))

    def complaints(self) -> list[str]:
        """Return what the page logged as an error since the last time."""
        entries = self.ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def close(self) -> None:
        self.ask("DELETE", "")


@contextmanager
def started() -> Iterator[Browser]:
    """Start a browser, and end it."""
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert driver.stdout is not None
        line = next(line for line in driver.stdout if "successfully" in line)
        browser = Browser(f"http://127.0.0.1:{line.rstrip().rstrip('.').split()[-1]}")
        try:
            yield browser
        finally:
            browser.close()
    finally:
        driver.terminate()
        driver.communicate(timeout=30)


def _request(method: str, address: str, body: dict[str, Any] | None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, content, headers, method=method)
    try:
        with _OPENER.open(request, timeout=180) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        with error:
            found = json.load(error)["value"]
        raise BrowserError(f"{found['error']}: {found['message'].splitlines()[0]}") from None
