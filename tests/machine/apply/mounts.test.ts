import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { mountedVolume } from "../../../machine/data/volume";
import { FakeMachine } from "../machine";

const device = "/dev/disk/by-id/scsi-0DO_Volume_ringo-test-data";
const { mounts } = mountedVolume({ device, path: "/srv/data", gib: 10 });
/** systemd's name of the cloud's own mount, which has a dash in it for the slash alone. */
const theirs = "mnt-ringo_test_data.mount";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine(["srv-data.mount", theirs]);
  for (const file of [device, "/srv/data/.keep"]) put(file, "");
});
afterEach(() => machine.remove());
const put = (path: string, text: string) => {
  mkdirSync(dirname(machine.path(path)), { recursive: true });
  writeFileSync(machine.path(path), text);
};

test("a volume is mounted, now and at each boot", () => {
  expect(machine.apply({ mounts })).toMatchObject({ code: 0, errors: "" });
  expect(machine.read("/etc/systemd/system/srv-data.mount")).toContain(`What=${device}\nWhere=/srv/data\n`);
  expect(machine.calls(/^systemctl (start|stop|disable)/)).toEqual(["systemctl start srv-data.mount"]);
});

test("the file system of a volume that was enlarged while mounted is grown: it would keep the old size", () => {
  machine.set("mounts", "/srv/data /\n");
  machine.apply({ mounts });
  expect(machine.calls(/^xfs_growfs/)).toEqual([`xfs_growfs -d ${machine.path("/srv/data")}`]);
});

test("the cloud's own mount of it is removed, now and at each boot, before anything uses it", () => {
  put(`/etc/systemd/system/${theirs}`, "[Mount]\n");
  machine.set(`units/${theirs}/active`, "");
  machine.set("mounts", "/mnt/ringo_test_data /\n");
  const { code, lines } = machine.apply({ mounts });
  expect([code, lines[0]]).toEqual([0, `/mnt/ringo_test_data unmounted: the volume belongs at /srv/data`]);
  expect(machine.exists(`/etc/systemd/system/${theirs}`)).toBe(false);
  const calls = machine.calls(/^systemctl/);
  const order = [`systemctl stop ${theirs}`, `systemctl disable --quiet --no-reload ${theirs}`, "systemctl daemon-reload", "systemctl start srv-data.mount"];
  expect(calls.filter((call) => order.includes(call))).toEqual(order);
});

test("bind mounts of a part of the volume, and its own mount, stay", () => {
  machine.set("mounts", "/srv/data /\n/var/lib/elsewhere /shared\n");
  expect(machine.apply({ mounts }).code).toBe(0);
  expect(machine.calls(/^systemctl (start|stop|disable)/)).toEqual([]);
});
