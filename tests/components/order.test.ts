import { doneBefore, requested } from "./program";

let before: Map<string, Set<string>>;
beforeAll(async () => {
  before = doneBefore((await requested({
    workerInstanceCount: 2, protect: true, alerts: { runbook: "https://wiki.ringo.dev/alerts", cloudEmails: ["a@ringo.test"] }, sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry",
  })).requests);
});
const waitsFor = (_: string, name: string, earlier: string[]): void => expect([...before.get(name)!]).toEqual(expect.arrayContaining(earlier));

describe("a machine is told", () => {
  test.each([
    ["of its data when no backup can be taken away any more", "data-data", ["backups-postgres-lock", "backups-postgres-versioning", "backups-postgres-policy", "backups-media-lock", "backups-writers-policy", "backups-writer-group", "data-volume-attachment"]],
    ["to migrate when the database answers", "api-0-release", ["data-data"]],
    ["of a release that has been tried", "api-0-api", ["api-0-release"]],
    ["of it when the one before answers, so that never two are away", "api-1-api", ["api-0-api"]],
    ["to work with it when all of the API has what its tasks may ask for", "worker-0-worker", ["api-0-api", "api-1-api"]],
    ["to work with it when the one before works", "worker-1-worker", ["worker-0-worker"]],
    ["of its static files when every page that names them is there", "edge-edge", ["api-0-api", "api-1-api"]],
    ["to let nobody in with a former password when nobody has it", "data-passwords", ["api-0-api", "api-1-api", "worker-0-worker", "worker-1-worker"]],
    ["to ask for a certificate when its name leads to it", "edge-edge", ["edge-record"]],
    ["whom to watch when all are there", "monitor-monitor", ["edge-edge", "worker-1-worker"]],
    ["to say that a release is out after it has said that it begins, and when all have it", "monitor-deploy", ["monitor-release", "edge-edge", "worker-1-worker"]],
    ["anything when it has the stack's public address, where that is how it is reached", "edge-boot", ["edge-address"]],
    ["anything when the way to it is open", "worker-1-boot", ["worker-1-droplet", "edge-boot"]],
    ["the rest when it has the host key that it is known by", "worker-1-base", ["worker-1-boot"]],
  ])("%s", waitsFor);
});

describe("in the cloud there is", () => {
  test.each([
    ["no machine without its firewall and its way out", "api-0-droplet", ["network-firewall-api", "network-gateway"]],
    ["no firewall before the tags that it names", "network-firewall-edge", ["network-tag-edge", "network-tag-api", "network-tag-monitor"]],
    ["no alert before the tag that it names", "outside-disk", ["network-tag"]],
    // AWS refuses two changes of a bucket's access at once.
    ...["postgres", "media", "logs"].map((name): [string, string, string[]] => [`no policy of the bucket of ${name} before it is closed`, `backups-${name}-policy`, [`backups-${name}-access`]]),
  ])("%s", waitsFor);
});
