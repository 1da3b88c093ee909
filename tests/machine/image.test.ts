import { registryOf, registryPort } from "../../machine/image";

test.each([
  ["registry.ringo.dev/backend", "registry.ringo.dev", 443],
  ["registry.ringo.test:5000/a/b@sha256:1", "registry.ringo.test:5000", 5000],
  ["ringo/backend:1.2", "docker.io", 443],
  ["backend:1.2", "docker.io", 443],
])("%s comes from %s, port %d", (image, registry, port) => {
  expect(registryOf(image)).toBe(registry);
  expect(registryPort(image)).toBe(port);
});
