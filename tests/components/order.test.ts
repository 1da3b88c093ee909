import { doneBefore, requested } from "./program";

describe("a machine is told", () => {
  let before: Map<string, Set<string>>;
  beforeAll(async () => {
    before = doneBefore((await requested({ workerInstanceCount: 2, protect: true })).requests);
  });

  test.each([
    ["of its data when no backup can be taken away any more", "data-data", ["backups-postgres-lock", "backups-postgres-versioning", "backups-postgres-policy", "backups-media-lock", "backups-writers-policy", "backups-writer-group", "data-volume-attachment"]],
    ["to migrate when the database answers", "api-0-release", ["data-data"]],
    ["of a release that has been tried", "api-0-api", ["api-0-release"]],
    ["of it when the one before answers, so that never two are away", "api-1-api", ["api-0-api"]],
    ["to work with it when all of the API has what its tasks may ask for", "worker-0-worker", ["api-0-api", "api-1-api"]],
    ["to work with it when the one before works", "worker-1-worker", ["worker-0-worker"]],
    ["of its static files when every page that names them is there", "edge-edge", ["api-0-api", "api-1-api"]],
    ["to let nobody in with a former password when nobody has it", "data-passwords", ["api-0-api", "api-1-api", "worker-0-worker", "worker-1-worker"]],
    ["whom to watch when all are there", "monitor-monitor", ["edge-edge", "worker-1-worker"]],
  ])("%s", (_, name, earlier) => expect([...before.get(name)!]).toEqual(expect.arrayContaining(earlier)));
});
