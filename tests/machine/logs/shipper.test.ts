import { shipper } from "../../../machine/logs";
import { database, media } from "../backup/samples";

test("the logs of all backup units have their source, including the media files'", () => {
  const { files = [] } = shipper({ machine: "data", role: "data", store: { address: "10.20.0.6", port: 3100, certificate: "" } });
  const [, pattern] = /match\("(\S+)" value\("\.journal\._SYSTEMD_UNIT"\)\); \};\n *rewrite \{ set\("backup" /.exec(files.map(({ content }) => content).join("\n"))!;
  const services = [database(), media()].flatMap((each) => each.files!.map(({ path }) => path)).filter((path) => path.endsWith(".service")).map((path) => path.replace(/^.*\//, "").replace("@.", "@full."));
  expect(services.length).toBeGreaterThan(4);
  expect(services.filter((name) => !new RegExp(pattern!).test(name))).toEqual([]);
});
