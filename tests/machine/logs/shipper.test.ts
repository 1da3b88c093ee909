import { shipper } from "../../../machine/logs";
import { logFiles } from "../../../machine/logs/sources";
import { postgres } from "../../../machine/data/postgres";
import { database, media } from "../backup/samples";
import { content } from "../fragment";
import { options } from "../data/servers";

test("the logs of all backup units have their source, including the media files'", () => {
  const { files = [] } = shipper({ machine: "data", role: "data", store: { address: "10.20.0.6", port: 3100, certificate: "" } });
  const [, pattern] = /match\("(\S+)" value\("\.journal\._SYSTEMD_UNIT"\)\); \};\n *rewrite \{ set\("backup" /.exec(files.map(({ content }) => content).join("\n"))!;
  const services = [database(), media()].flatMap((each) => each.files!.map(({ path }) => path)).filter((path) => path.endsWith(".service")).map((path) => path.replace(/^.*\//, "").replace("@.", "@full."));
  expect(services.length).toBeGreaterThan(4);
  expect(services.filter((name) => !new RegExp(pattern!).test(name))).toEqual([]);
});

test("a line's time is read in the zone that it was written in, whatever the machine's own is", () => {
  for (const role of ["edge", "data"]) {
    for (const { source, time } of logFiles(role)) {
      if (time === undefined) continue;
      expect([source, time.zone === undefined]).toEqual([source, time.format.includes("%z")]);
    }
  }
  const [, zone] = /^log_timezone = '(.+)'$/m.exec(content(postgres(options()), "/etc/postgresql/17/main/postgresql.conf"))!;
  const shipped = content(shipper({ machine: "data", role: "data", store: { address: "10.20.0.6", port: 3100, certificate: "" } }), "/etc/ringo/logs/shipper.conf");
  expect(shipped).toContain(`template("\${.ringo.time}") time-zone("${zone}"))`);
});
