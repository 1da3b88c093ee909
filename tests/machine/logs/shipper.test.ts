import { shipper } from "../../../machine/logs";
import { database, media } from "../backup/samples";

test("what every unit of the backups says is found under their source, the media files' too", () => {
  const { files = [] } = shipper({ machine: "data", role: "data", store: { address: "10.20.0.6", port: 3100, certificate: "" } });
  const [, pattern] = /match\("(\S+)" value\("\.journal\._SYSTEMD_UNIT"\)\); \};\n *rewrite \{ set\("backup" /.exec(files.map(({ content }) => content).join("\n"))!;
  const services = [database(), media()].flatMap((each) => each.files!.map(({ path }) => path)).filter((path) => path.endsWith(".service")).map((path) => path.replace(/^.*\//, "").replace("@.", "@full."));
  expect(services.length).toBeGreaterThan(4);
  expect(services.filter((name) => !new RegExp(pattern!).test(name))).toEqual([]);
});
