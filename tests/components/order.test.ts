import { doneBefore, requested } from "./program";

let before: Map<string, Set<string>>;
beforeAll(async () => {
  before = doneBefore((await requested({
    workerInstanceCount: 2, protect: true, alerts: { runbook: "https://wiki.ringo.dev/alerts", cloudEmails: ["a@ringo.test"] }, sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry",
  })).requests);
});
const waitsFor = (_: string, name: string, earlier: string[]): void => expect([...before.get(name)!]).toEqual(expect.arrayContaining(earlier));

describe("a machine learns", () => {
  test.each([
    ["of its data once no backup can be removed any more", "data-data", ["backups-postgres-lock", "backups-postgres-versioning", "backups-postgres-policy", "backups-media-lock", "backups-writers-policy", "backups-writer-group", "data-volume-attachment"]],
    ["that it is to migrate once the database answers", "api-0-release", ["data-data"]],
    ["of a release that has been tried", "api-0-api", ["api-0-release"]],
    ["of it once the previous one answers, so that never two are down", "api-1-api", ["api-0-api"]],
    ["that it is to process tasks once the whole API has what they may need", "worker-0-worker", ["api-0-api", "api-1-api"]],
    ["that it is to process tasks once the previous one does", "worker-1-worker", ["worker-0-worker"]],
    ["of its static files once every page that uses them exists", "edge-edge", ["api-0-api", "api-1-api"]],
    ["that a former password is invalid once nobody uses it", "data-passwords", ["api-0-api", "api-1-api", "worker-0-worker", "worker-1-worker"]],
    ["that it is to request a certificate once its name resolves to it", "edge-edge", ["edge-record"]],
    ["its targets once all exist", "monitor-monitor", ["edge-edge", "worker-1-worker"]],
    ["that it is to report a release as deployed after it was registered and all machines have it", "monitor-deploy", ["monitor-release", "edge-edge", "worker-1-worker"]],
    ["anything once it has the stack's public address, if it is reached there", "edge-boot", ["edge-address"]],
    ["anything once its firewall allows the connection", "worker-1-boot", ["worker-1-droplet", "edge-boot"]],
    ["the rest once it has its real host key", "worker-1-base", ["worker-1-boot"]],
  ])("%s", waitsFor);
});

describe("in the cloud there is", () => {
  test.each([
    ["no machine without its firewall and its internet access", "api-0-droplet", ["network-firewall-api", "network-gateway"]],
    ["no firewall before its tags", "network-firewall-edge", ["network-tag-edge", "network-tag-api", "network-tag-monitor"]],
    ["no alert before its tag", "outside-disk", ["network-tag"]],
    // AWS refuses two concurrent changes of a bucket's access.
    ...["postgres", "media", "logs"].map((name): [string, string, string[]] => [`no policy of the bucket of ${name} before it is closed`, `backups-${name}-policy`, [`backups-${name}-access`]]),
  ])("%s", waitsFor);
});
