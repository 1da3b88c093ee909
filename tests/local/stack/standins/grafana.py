"""Stands for Grafana, whose server is in no package registry: what it is given it reads where Grafana does, and it answers as Grafana's API does."""
import configparser
import glob
import http.server
import json
import os
import re
import secrets
import ssl
import sys
import urllib.error
import urllib.request

ini = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
ini.read_file(open("/etc/grafana/grafana.ini"))


def value(section, name):
    def expand(match):
        return open(match.group(1)).read()
    return re.sub(r"\$__file\{(.+?)\}", expand, ini[section][name])


if os.getuid() != 472 or os.access("/etc", os.W_OK):
    sys.exit("runs as somebody else, or may write where it should not")
open("/var/lib/grafana/grafana.db", "a").close()
password, _ = value("security", "admin_password"), value("security", "secret_key")
sources = {each["uid"]: each for path in glob.glob("/etc/grafana/provisioning/datasources/*.yaml") for each in json.load(open(path))["datasources"]}
(provider,) = [each for path in glob.glob("/etc/grafana/provisioning/dashboards/*.yaml") for each in json.load(open(path))["providers"]]
boards = [json.load(open(path)) for path in sorted(glob.glob(provider["options"]["path"] + "/*.json"))]
json.load(open(value("dashboards", "default_home_dashboard_path")))
sessions = set()


class Grafana(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, **headers):
        text = json.dumps(body).encode() if not isinstance(body, bytes) else body
        self.send_response(status)
        for name, each in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), each)
        self.end_headers()
        self.wfile.write(text)

    def logged_in(self):
        return any(part.strip().removeprefix("grafana_session=") in sessions for part in self.headers.get("Cookie", "").split(";"))

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/api/health":
            return self.answer(200, {"database": "ok"})
        if path == "/metrics":
            return self.answer(200, b"grafana_build_info 1\n")
        if path == "/login":
            return self.answer(200, b"<title>Grafana</title>", Content_Type="text/html")
        if not self.logged_in():
            return self.answer(401, {"message": "Unauthorized"})
        if path == "/api/search":
            return self.answer(200, [{"uid": board["uid"], "title": board["title"]} for board in boards])
        match = re.fullmatch(r"/api/datasources/proxy/uid/(\w+)(/.*)", self.path)
        if not match or match[1] not in sources:
            return self.answer(404, {"message": "Not found"})
        try:
            with urllib.request.urlopen(sources[match[1]]["url"] + match[2], timeout=10) as response:
                return self.answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return self.answer(error.code, error.read())

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/login" or (given["user"], given["password"]) != (value("security", "admin_user"), password):
            return self.answer(401, {"message": "Invalid username or password"})
        session = secrets.token_hex(16)
        sessions.add(session)
        return self.answer(200, {"message": "Logged in"}, Set_Cookie=f"grafana_session={session}; Path=/; HttpOnly; SameSite=Lax")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer((value("server", "http_addr"), int(value("server", "http_port"))), Grafana)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain(value("server", "cert_file"), value("server", "cert_key"))
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
