"""Servers that do what they are told, also what no server should: many hosts behind one TLS listener on loopback, actors with
keys of their own, and signatures made in every right and wrong way. Every request that comes is kept.

Nothing here checks anything: the tests do.
"""
import base64
import datetime
import email.utils
import functools
import hashlib
import http.client
import http.server
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
import time
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY_JSON = "application/activity+json"
NAMES = ["evil.test", "victim.test", "peer.test", "other.test"]


# --- keys and certificates ---

@functools.lru_cache(maxsize=None)
def rsa_key(name):
    """The RSA key of that name: making one takes a tenth of a second, so it is made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def sign_bytes(key, text):
    data = text.encode()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def write_certificates(folder):
    """ca.pem, and cert.pem with key.pem for every host of a Web, its subdomains and loopback itself."""
    folder.mkdir(parents=True)
    now = datetime.datetime.utcnow()

    def builder(name, issuer, key):
        return (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30)))

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of hostile servers")])
    ca = (builder(ca_name, ca_name, ca_key).add_extension(x509.BasicConstraints(True, 0), critical=True)
          .sign(ca_key, hashes.SHA256()))
    names = [x509.DNSName(n) for name in NAMES for n in (name, "*." + name)]
    names += [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    leaf = (builder(subject, ca_name, key).add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(ca_key, hashes.SHA256()))
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "cert.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_text(private_pem(key))


# --- the servers ---

@dataclass
class Asked:
    """A request that came to a Web."""
    method: str
    host: str  # without port
    path: str
    headers: dict
    body: bytes
    at: float


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = ACTIVITY_JSON  # empty: no such header
    headers: list = field(default_factory=list)

    @staticmethod
    def json(document, **rest):
        return Answer(body=json.dumps(document).encode(), **rest)

    @staticmethod
    def redirect(where, status=302):
        return Answer(status, headers=[("Location", where)])

    def write(self, out):
        lines = [f"HTTP/1.1 {self.status} Said"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        out.write("\r\n".join(lines).encode() + self.body)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # the node hung up, as it should of many answers

    def _answer(self):
        web = self.server.web
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.headers.get("Host", "").split(":")[0], self.path,
                      {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length), time.monotonic())
        answer = web.route(asked)
        if callable(answer):
            self.close_connection = True
            answer(self.wfile, web.closing)
        else:
            answer.write(self.wfile)

    do_GET = do_POST = _answer

    def log_message(self, *_):
        pass


class Web(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves documents by (host, path); path * is all that has no other. An answer is an Answer, or a function that writes to the
    stream until the event that says that the test is over."""
    daemon_threads = True
    request_queue_size = 512
    web = property(lambda self: self)

    def __init__(self, folder):
        write_certificates(folder)
        self.ca = str(folder / "ca.pem")
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._lock = threading.Lock()
        self.requests = []
        self.documents = {}
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def get_request(self):
        connection, address = super().get_request()
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_):
        pass  # a handshake that the node gave up

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()

    @property
    def port(self):
        return self.server_address[1]

    def url(self, host, path="/"):
        return f"https://{host}:{self.port}{path}"

    def serve(self, url, answer):
        """`answer` at the address `url`, which is returned. A dict is a document."""
        host, _, path = url.removeprefix("https://").partition("/")
        self.documents[host.split(":")[0], "/" + path.partition("#")[0]] = Answer.json(answer) if isinstance(answer, dict) else answer
        return url

    def forget(self, url):
        host, _, path = url.removeprefix("https://").partition("/")
        self.documents.pop((host.split(":")[0], "/" + path), None)

    def route(self, asked):
        with self._lock:
            self.requests.append(asked)
        if asked.method == "POST":
            return Answer(202, content_type="")
        whole_host = self.documents.get((asked.host, "*"), Answer(404, b"{}"))
        return self.documents.get((asked.host, asked.path), whole_host)

    def asked(self, host=None, path=None, method=None):
        """The requests so far, of that host, address or method."""
        with self._lock:
            return [a for a in self.requests if (host is None or a.host == host or host.startswith("*") and a.host.endswith(host[1:]))
                    and (path is None or a.path == path) and (method is None or a.method == method)]


class Canary:
    """A listener on all addresses of this machine, of both families, that nobody may connect to."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind(("::", 0))
        self._socket.listen(16)
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def connections(self):
        """How many came since it was last asked."""
        count = 0
        while True:
            try:
                self._socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1

    def close(self):
        self._socket.close()


# --- actors and what they say ---

class Actor:
    """Someone on a host of a Web. `document` is what the host serves: change it before the node asks."""

    def __init__(self, web, host, name, key=None, /, **changes):
        self.web, self.host, self.name = web, host, name
        self.key = key or rsa_key(f"{name}@{host}")
        self.uri = web.url(host, f"/users/{name}")
        self.key_id = self.uri + "#main-key"
        self.document = {
            "@context": CONTEXT, "id": self.uri, "type": "Person", "preferredUsername": name, "name": name.capitalize(),
            "inbox": self.uri + "/inbox", "outbox": self.uri + "/outbox", "followers": self.uri + "/followers",
            "endpoints": {"sharedInbox": web.url(host, "/inbox")},
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": public_pem(self.key)}, **changes}
        self.publish()

    @property
    def handle(self):
        return f"{self.name}@{self.host}:{self.web.port}"

    def publish(self):
        self.web.serve(self.uri, self.document)
        resource = f"/.well-known/webfinger?resource=acct%3A{self.name}%40{self.host}%3A{self.web.port}"
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": self.uri}]
        self.web.serve(self.web.url(self.host, resource), Answer.json({"subject": f"acct:{self.handle}", "links": links},
                                                                      content_type="application/jrd+json"))

    def note(self, number, content="<p>hello</p>", **changes):
        published = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"id": f"{self.uri}/notes/{number}", "type": "Note", "attributedTo": self.uri, "content": content, "published": published,
                "to": [PUBLIC], "cc": [self.uri + "/followers"], **changes}

    def act(self, kind, thing, **changes):
        number = hashlib.sha256(f"{kind}{time.monotonic_ns()}".encode()).hexdigest()[:16]
        return {"@context": CONTEXT, "id": f"{self.uri}#acts/{number}", "type": kind, "actor": self.uri, "object": thing,
                "to": [PUBLIC], "cc": [self.uri + "/followers"], **changes}

    def create(self, note, **changes):
        return self.act("Create", note, **changes)


# --- requests ---

def http_date(offset=0):
    return email.utils.formatdate(time.time() + offset, usegmt=True)


def digest_of(body):
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


@dataclass
class Request:
    """One delivery before it is sent. Change what you like, before or after it is signed."""
    body: bytes
    authority: str  # of the node
    target: str = "/inbox"
    method: str = "POST"
    headers: list = field(default_factory=list)

    def get(self, name):
        found = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(found)

    def set(self, name, value):
        """None removes it."""
        self.headers = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))
        return self

    def add(self, name, value):
        self.headers.append((name, value))
        return self


def request_of(activity, authority, **changes):
    body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
    return Request(body, authority, headers=[("Host", authority), ("Date", http_date()), ("Digest", digest_of(body)),
                                             ("Content-Type", ACTIVITY_JSON)], **changes)


COVERED = ("(request-target)", "host", "date", "digest")


def cavage(request, key, key_id, covered=COVERED, algorithm="rsa-sha256", target=None, method=None, signature=None, **parameters):
    """Signs as draft-cavage-http-signatures-12 has it. `signature`: a function of the text instead of the key."""
    special = {"(request-target)": f"{(method or request.method).lower()} {target or request.target}",
               "(created)": str(parameters.get("created", "")), "(expires)": str(parameters.get("expires", ""))}
    text = "\n".join(f"{name}: {special.get(name, request.get(name))}" for name in covered)
    made = signature(text) if signature else sign_bytes(key, text)
    parts = [f'keyId="{key_id}"', f'headers="{" ".join(covered)}"', f'signature="{base64.b64encode(made).decode()}"']
    if algorithm is not None:
        parts.append(f'algorithm="{algorithm}"')
    parts += [f"{name}={value}" for name, value in parameters.items()]
    return request.set("Signature", ",".join(parts))


COMPONENTS = ("@method", "@target-uri", "content-digest")


def rfc9421(request, key, key_id, covered=COMPONENTS, created=0, target_uri=None, label="sig1", parameters=""):
    """Signs as RFC 9421 has it, with Content-Digest instead of Digest. `created`: seconds from now, None leaves it out."""
    request.set("Digest", None)
    if not request.get("Content-Digest"):
        request.set("Content-Digest", "sha-256=:" + base64.b64encode(hashlib.sha256(request.body).digest()).decode() + ":")
    derived = {"@method": request.method, "@target-uri": target_uri or f"https://{request.authority}{request.target}",
               "@authority": request.authority, "@path": request.target.partition("?")[0], "@request-target": request.target}
    listed = "(" + " ".join(f'"{name}"' for name in covered) + ")"
    if created is not None:
        listed += f";created={int(time.time()) + created}"
    listed += f';keyid="{key_id}"{parameters}'
    lines = [f'"{name}": {derived.get(name, request.get(name))}' for name in covered]
    text = "\n".join([*lines, f'"@signature-params": {listed}'])
    request.set("Signature-Input", f"{label}={listed}")
    return request.set("Signature", f"{label}=:{base64.b64encode(sign_bytes(key, text)).decode()}:")


def send(request, port, tls, timeout=60):
    """Sends it over TLS as it stands; answers status, headers and body."""
    connection = http.client.HTTPSConnection("localhost", port, context=tls, timeout=timeout)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode())
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
