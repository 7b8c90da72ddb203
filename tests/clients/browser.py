"""A person with a browser, as far as signing in to an app needs one: follows redirects, keeps cookies, reads and submits forms
with their hidden fields, stops at a redirect that leaves for the app. It runs no script, so the pages must work without."""
import urllib.parse
from html.parser import HTMLParser

REDIRECTS_MAX = 10


class Form:
    def __init__(self, attributes):
        self.action = attributes.get("action") or ""
        self.method = (attributes.get("method") or "get").lower()
        self.fields = []  # (name, value) as a browser would send them untouched
        self.buttons = []  # [name, value, label]
        self.password = None  # name of the field that takes the password
        self.login = None  # name of the field that takes the e-mail address or name


class PageReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.codes = []  # texts shown in <code> or in read-only inputs
        self.scripts = 0
        self._form = None
        self._button = None
        self._code = None

    def handle_starttag(self, tag, attrs):
        attributes = {name: value if value is not None else "" for name, value in attrs}
        if tag == "script":
            self.scripts += 1
        elif tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        elif tag == "code":
            self._code = ""
        elif tag == "input":
            self._input(attributes)
        elif tag == "button" and self._form and attributes.get("type", "submit") == "submit":
            self._button = [attributes.get("name"), attributes.get("value", ""), ""]
            self._form.buttons.append(self._button)

    def _input(self, attributes):
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if "readonly" in attributes and kind == "text":
            self.codes.append(attributes.get("value", ""))
        if not self._form:
            return
        if kind in ("submit", "image"):
            self._form.buttons.append([name, attributes.get("value", ""), attributes.get("value", "")])
        elif name and (kind not in ("checkbox", "radio") or "checked" in attributes):
            if kind == "password":
                self._form.password = name
            elif kind in ("email", "text"):
                self._form.login = name
            self._form.fields.append((name, attributes.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data):
        if self._button:
            self._button[2] += data
        if self._code is not None:
            self._code += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        elif tag == "code" and self._code is not None:
            self.codes.append(self._code.strip())
            self._code = None


class Page:
    """Where the browser came to rest: a page, or (left_for) the address at which the app takes over."""

    def __init__(self, response, left_for=None):
        self.url = response.url
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text
        self.left_for = left_for
        self.reader = PageReader()
        self.reader.feed(response.text)

    def sign_in_form(self):
        return next((form for form in self.reader.forms if form.password), None)

    def form_with_button(self, *labels):
        """The first form with a button whose label has one of the words, and that button."""
        for form in self.reader.forms:
            for button in form.buttons:
                if any(label in button[2].lower() for label in labels):
                    return form, button
        return None, None


class Browser:
    def __init__(self, session):
        self.session = session
        self.session.headers.update({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)", "Accept": "text/html,*/*;q=0.8"})

    def open(self, url, app_uri=None):
        return self._follow(self.session.get(url, allow_redirects=False), app_uri)

    def submit(self, page, form, values, app_uri=None, button=None):
        fields = [(name, values.get(name, value)) for name, value in form.fields]
        if button and button[0]:
            fields.append((button[0], button[1]))
        target = urllib.parse.urljoin(page.url, form.action)
        if form.method == "get":
            return self.open(target.split("?")[0] + "?" + urllib.parse.urlencode(fields), app_uri)
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))
        response = self.session.post(target, data=fields, allow_redirects=False,
                                     headers={"Origin": origin, "Referer": page.url, "Sec-Fetch-Site": "same-origin"})
        return self._follow(response, app_uri)

    def authorize(self, url, login, password, app_uri=None):
        """Signs in unless a cookie already did, approves, and answers the page or the app's address it ends at."""
        page = self.open(url, app_uri)
        form = page.sign_in_form()
        if form:
            page = self.submit(page, form, {form.login: login, form.password: password}, app_uri)
        form, button = page.form_with_button("authorize", "approve", "allow")
        if form:
            page = self.submit(page, form, {}, app_uri, button)
        return page

    def _follow(self, response, app_uri):
        for _ in range(REDIRECTS_MAX):
            if not response.is_redirect:
                return Page(response)
            target = urllib.parse.urljoin(response.url, response.headers["Location"])
            if app_uri and target.startswith(app_uri):
                return Page(response, left_for=target)
            response = self.session.get(target, allow_redirects=False)
        raise AssertionError(f"redirected more than {REDIRECTS_MAX} times, last to {response.url}")


def shown_code(page):
    """The code that an out-of-band page shows to be copied; exactly one, or the person could take the wrong one."""
    codes = [code for code in page.reader.codes if len(code) >= 20 and " " not in code]
    assert len(set(codes)) == 1, f"expected one code on the page, got {codes!r}: {page.text[:2000]}"
    return codes[0]


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
