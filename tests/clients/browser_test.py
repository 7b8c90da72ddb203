#!/usr/bin/python3
"""Chromium, headless, against a real node: signing in to an app with a real page, a real form and a real content security policy;
the public pages on a small and a large screen, light and dark, with scripts turned off; and a web client at another origin, as
Phanpy and Elk are, whose every request is subject to CORS."""
import functools
import http.server
import json
import os
import pathlib
import shutil
import sys
import threading
import unittest
import urllib.parse

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from node_process import run_tests

PAGE_SECONDS_MAX = 60


def start_browser(folder, runs_scripts):
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-sync",
                 "--disable-background-networking", "--disable-component-update", f"--user-data-dir={folder}",
                 "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"):
        options.add_argument(word)
    if not runs_scripts:
        options.add_argument("--blink-settings=scriptEnabled=false")
    options.set_capability("acceptInsecureCerts", True)  # the throwaway CA; the other clients check the chain
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Callback(http.server.BaseHTTPRequestHandler):
    """The app's end of a loopback redirect."""

    def do_GET(self):
        self.server.paths.append(self.path)
        body = b"<title>the app</title>signed in"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript"}

    def log_message(self, *_):
        pass


class ChromiumTest(unittest.TestCase):
    node = None
    runs_scripts = False

    def setUp(self):
        self.driver = start_browser(self.node.folder / f"chromium-{self._testMethodName}", self.runs_scripts)
        self.addCleanup(self.driver.quit)
        self.driver.set_page_load_timeout(PAGE_SECONDS_MAX)

    def serve(self, handler):
        """A web server of somebody else on loopback."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def wait_for(self, condition):
        # While one page makes way for the next, its elements go stale: look again.
        waiting = WebDriverWait(self.driver, PAGE_SECONDS_MAX, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(condition)


class PagesTest(ChromiumTest):

    def call(self, path, fields, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.node.http_session() as session:
            answer = session.post(self.node.url + path, json=fields, headers=headers, timeout=PAGE_SECONDS_MAX)
        answer.raise_for_status()
        return answer.json()

    def click_submit(self, form):
        form.find_element(By.CSS_SELECTOR, "button:not([type=button]), input[type=submit]").click()

    def sign_in_and_approve(self, account, redirect_uri):
        app = self.call("/api/v1/apps", {"client_name": "Test app", "redirect_uris": redirect_uri, "scopes": "read write"})
        query = urllib.parse.urlencode({"response_type": "code", "client_id": app["client_id"], "redirect_uri": redirect_uri,
                                        "scope": "read write", "state": "a state"})
        self.driver.get(f"{self.node.url}/oauth/authorize?{query}")
        form = self.driver.find_element(By.XPATH, "//form[.//input[@type='password']]")
        form.find_element(By.CSS_SELECTOR, "input[type=email], input[type=text]").send_keys(account.email)
        form.find_element(By.CSS_SELECTOR, "input[type=password]").send_keys(account.password)
        self.click_submit(form)
        self.wait_for(self.approve)

    def approve(self, driver):
        """Clicks the button that lets the app in, when the page has one and names the app; answers whether it did."""
        for button in driver.find_elements(By.CSS_SELECTOR, "form button, form input[type=submit]"):
            label = (button.text + (button.get_attribute("value") or "")).lower()
            if any(word in label for word in ("authorize", "approve", "allow")):
                self.assertIn("Test app", driver.find_element(By.TAG_NAME, "body").text)
                button.click()
                return True
        return False

    def refusals(self):
        """What the page's own policy kept the browser from doing."""
        return [entry["message"] for entry in self.driver.get_log("browser") if "Content Security Policy" in entry["message"]]

    def post(self, account, text, visibility="public"):
        return self.call("/api/v1/statuses", {"status": text, "visibility": visibility},
                         self.node.create_token(account.name, "write"))

    def test_signs_in_and_comes_back_to_an_app_on_loopback(self):
        account = self.node.create_account("b_anna")
        server = self.serve(Callback)
        server.paths = []
        redirect_uri = f"http://127.0.0.1:{server.server_port}/callback"
        self.sign_in_and_approve(account, redirect_uri)
        self.wait_for(lambda driver: driver.title == "the app")
        path = next(path for path in server.paths if path.startswith("/callback"))
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
        self.assertEqual(query["state"], ["a state"])
        self.assertGreaterEqual(len(query["code"][0]), 20)
        self.assertEqual(self.refusals(), [])

    def test_signs_in_and_is_let_go_to_a_custom_scheme(self):
        account = self.node.create_account("b_bert")
        self.sign_in_and_approve(account, "myapp://oauth/done")

        def left(_driver):
            for entry in self.driver.get_log("performance"):
                message = json.loads(entry["message"])["message"]
                headers = message["params"].get("headers", {}) if message["method"] == "Network.responseReceivedExtraInfo" else {}
                address = {name.lower(): value for name, value in headers.items()}.get("location", "")
                if address.startswith("myapp://oauth/done"):
                    return address
            return None

        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.wait_for(left)).query)
        self.assertEqual(query["state"], ["a state"])
        self.assertGreaterEqual(len(query["code"][0]), 20)
        self.assertEqual(self.refusals(), [])

    def test_shows_profile_and_post_on_every_screen(self):
        account = self.node.create_account("b_cora")
        status = self.post(account, "Hello from a #browsertest <b>not bold</b> 🦊 " + "averylongwordwithoutanybreak" * 8)
        for page in (f"{self.node.url}/@b_cora", status["url"]):
            for width, height in ((360, 740), (1280, 900)):
                with self.subTest(page=page, width=width):
                    self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
                    backgrounds = set()
                    for scheme in ("light", "dark"):
                        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
                        self.driver.get(page)
                        body = self.driver.find_element(By.TAG_NAME, "body")
                        self.assertIn("Hello from a #browsertest <b>not bold</b> 🦊", body.text)
                        self.assertIn("@b_cora", body.text)
                        self.assertLessEqual(body.size["width"], width, "wider than the screen")
                        layout = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
                        self.assertLessEqual(layout["cssContentSize"]["width"], width, "must scroll sideways")
                        root = self.driver.find_element(By.TAG_NAME, "html")
                        backgrounds.add((root.value_of_css_property("background-color"), body.value_of_css_property("background-color")))
                    self.assertEqual(len(backgrounds), 2, "the same colours in light and dark")
                    self.assertEqual(self.refusals(), [])

    def test_carries_opengraph_tags_and_hides_what_is_not_public(self):
        account = self.node.create_account("b_dirk")
        status = self.post(account, "For \"previews\" & <others>")
        self.driver.get(status["url"])
        tags = {tag.get_attribute("property"): tag.get_attribute("content")
                for tag in self.driver.find_elements(By.CSS_SELECTOR, "meta[property^='og:']")}
        self.assertEqual(tags["og:url"], status["url"])
        self.assertIn("For \"previews\" & <others>", tags["og:description"])
        self.assertIn("b_dirk", tags["og:title"])
        self.assertTrue({"og:type", "og:site_name"} <= set(tags), tags)
        for visibility in ("private", "direct"):
            hidden = self.post(account, "not for strangers", visibility)
            self.driver.get(f"{self.node.url}/@b_dirk/{hidden['id']}")
            self.assertNotIn("not for strangers", self.driver.page_source)
            self.driver.get(f"{self.node.url}/@b_dirk")
            self.assertNotIn("not for strangers", self.driver.page_source)


@unittest.skipUnless(os.environ.get("DUNLIN_MASTO_FOLDER"), "DUNLIN_MASTO_FOLDER names the folder that masto is installed in")
class ElsewhereTest(ChromiumTest):
    runs_scripts = True

    def test_lets_a_web_client_at_another_origin_do_everything(self):
        account = self.node.create_account("w_anna")
        folder = os.environ["DUNLIN_MASTO_FOLDER"]
        shutil.copy(pathlib.Path(__file__).with_name("browser_client.html"), folder)
        server = self.serve(functools.partial(QuietFiles, directory=folder))
        who = urllib.parse.quote(json.dumps({"url": self.node.url, "email": account.email, "password": account.password}))
        self.driver.get(f"http://127.0.0.1:{server.server_port}/browser_client.html#{who}")
        self.wait_for(lambda driver: driver.title == "done")
        result = json.loads(self.driver.find_element(By.TAG_NAME, "body").text)
        self.assertNotIn("error", result, self.driver.get_log("browser"))
        self.assertEqual((result["domain"], result["name"], result["edited"]), (self.node.domain, "From afar", "<p>three, edited</p>"))
        self.assertEqual(result["walked"], result["posted"])
        self.assertEqual(result["errors"], [404, 401, 422])
        self.assertIn("link", result["readable"])
        self.assertEqual(result["avatar"], 200)
        self.assertGreaterEqual(result["schemas"], 1)


if __name__ == "__main__":
    sys.exit(run_tests(ChromiumTest))
