import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let here: string;
beforeEach(() => { here = mkdtempSync(join(tmpdir(), "ringo-rebind-")); });
afterEach(() => rmSync(here, { recursive: true, force: true }));

/** What a script says on a machine of its own, as far as mounts and processes go. */
function said(program: string): string[] {
  const script = `set -eu
here=$1; target=$here/shared; mkdir -p $target/media $here/a $here/b
share() { mount -t tmpfs sftp:/ $target; mkdir -p $target/media; echo "$1" > $target/media/file; }
${program}`;
  const done = spawnSync("unshare", ["--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh", here], {
    encoding: "utf8", env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }, timeout: 20_000,
  });
  expect([done.status, done.stderr]).toEqual([0, ""]);
  return done.stdout.trim().split("\n");
}

/** A container with a bind of the shared files at each place, of which `ro` may be one's only right. */
const container = (name: string, ...places: string[]) => `
mkfifo $here/${name}.up
unshare --mount sh -c 'for place in ${places.join(" ")}; do
  mount --bind '$target'/media '$here'/\${place%:*}; case $place in *:ro) mount -o remount,bind,ro '$here'/\${place%:*} ;; esac
done; umount --lazy '$target' 2> /dev/null; echo up > '$here'/${name}.up; exec sleep 60' & ${name}=$!
read -r _ < $here/${name}.up`;
const rebind = "python3 -IB machine/data/media/rebind.py $target";
const inside = (name: string, command: string) => `nsenter --target $${name} --mount sh -c "${command}"`;

test("a container gets the new mount, with its former permissions, and its processes keep running", () => {
  expect(said(`
share before
${container("both", "a", "b:ro")}
umount --lazy $target
share now
${inside("both", "cat $here/a/file")}
${rebind}
${inside("both", "cat $here/a/file $here/b/file; touch $here/a/new && echo written; touch $here/b/new 2> /dev/null || echo refused; grep -c $here /proc/self/mountinfo")}
kill -0 $both && echo goes on
`)).toEqual(["before", "now", "now", "written", "refused", "2", "goes on"]);
});

test("one that started without a mount gets the present one", () => {
  expect(said(`
${container("early", "a")}
share now
${inside("early", "ls $here/a")}
${rebind}
${inside("early", "cat $here/a/file")}
`)).toEqual(["now"]);
});

test("binds of the present mount are left alone, and so is everything else", () => {
  expect(said(`
share now
${container("of_now", "a")}
mount -t tmpfs another $here/b
before=$(${inside("of_now", "cat /proc/self/mountinfo")})
${rebind}
[ "$before" = "$(${inside("of_now", "cat /proc/self/mountinfo")})" ] && echo as before
`)).toEqual(["as before"]);
});

test("one whose mount cannot be removed is reported, and does not delay others", () => {
  expect(said(`
share before
${container("first", "a")}
mkfifo $here/closed
nsenter --target $first --mount unshare --map-root-user --mount sh -c "echo up > $here/closed; exec sleep 60" & inner=$!
read -r _ < $here/closed
${container("second", "b")}
umount --lazy $target
share now
${rebind} 2> $here/told || echo failed
sed "s#$here#HERE#" $here/told
${inside("inner", "cat $here/a/file")}
${inside("second", "cat $here/b/file")}
`)).toEqual(["failed", "[Errno 22] Invalid argument: 'HERE/a'", "before", "now"]);
});

test("without a mount it says so and touches nothing", () => {
  expect(said(`
share before
${container("one", "a")}
umount --lazy $target
${rebind} 2>&1 | sed "s#$target#TARGET#"
${inside("one", "cat $here/a/file")}
`)).toEqual(["nothing is mounted at TARGET", "before"]);
});
