import { pgbackrest } from "../../../machine/backup/pgbackrest";
import { restic } from "../../../machine/backup/restic";
import { shipper } from "../../../machine/logs";

const repository = { endpoint: "https://s3.eu-central-1.amazonaws.com", pathStyle: false, region: "eu-central-1", bucket: "backups", accessKeyId: "AKIAMADEUP", secretAccessKey: "made-up-secret" };

test("what every unit of the backups says is found under their source, the media files' too", () => {
  const { files = [] } = shipper({ machine: "data", role: "data", store: { address: "10.20.0.6", port: 3100, certificate: "" } });
  const [, pattern] = /match\("(\S+)" value\("\.journal\._SYSTEMD_UNIT"\)\); \};\n *rewrite \{ set\("backup" /.exec(files.map(({ content }) => content).join("\n"))!;
  const backups = [
    pgbackrest({ stanza: "ringo-test-data", repository, passphrase: "made-up-passphrase", dataDirectory: "/srv/data/postgresql/17/main", processes: 2, retentionDays: 30, incrementalEveryHours: 6, queueMaxMiB: 1280 }),
    restic({ repository, passphrase: "made-up-passphrase", path: "/srv/data/shared/media", keepDays: 30 }),
  ];
  const services = backups.flatMap((each) => each.files!.map(({ path }) => path)).filter((path) => path.endsWith(".service")).map((path) => path.replace(/^.*\//, "").replace("@.", "@full."));
  expect(services.length).toBeGreaterThan(4);
  expect(services.filter((name) => !new RegExp(pattern!).test(name))).toEqual([]);
});
