import { spawnSync } from "node:child_process";
import { api } from "../../../machine/backend/api";

const { files, containers } = api({ backend: { image: "backend:1", environment: { variables: {}, secrets: [] } }, privateAddress: "10.0.0.2", workers: 3, host: "api.ringo.test", timeoutSeconds: 120, stopTimeoutSeconds: 35 });
const [{ path, content, mode }] = files!;
const [{ command, volumes, environment }] = containers!;

/** What is left of a body, and how it ended, when gunicorn has called the hook that it takes from its configuration. */
const after = (body: string) => {
  const program = `import io, json\nsettings = {}\nexec(${JSON.stringify(content)}, settings)\n${body}
settings["post_request"](None, None, environ, None)\nprint(json.dumps(left()))`;
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-IBc", program], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : stderr;
};

test("gunicorn gets its settings, readable by its user, and other settings make another container", () => {
  expect(command.join(" ")).toContain(` --config ${path} `);
  expect(volumes).toContain(`${path}:${path}:ro`);
  expect(mode).toBeUndefined();
  expect(environment.RINGO_SETTINGS).toMatch(/^[0-9a-f]{64}$/);
});

test("a body that the application left unread is read to its end, or to that of the connection", () => {
  expect(after("body = io.BytesIO(b'x' * 5_000_000)\nbody.read(7)\nenviron = {'wsgi.input': body}\nleft = lambda: len(body.read())")).toBe(0);
  expect(after(`class Body:
    def read(self, size):
        raise ConnectionResetError()
environ = {'wsgi.input': Body()}
left = lambda: 0`)).toBe(0);
  // It was refused before it was one.
  expect(after("environ = {}\nleft = lambda: 0")).toBe(0);
});
