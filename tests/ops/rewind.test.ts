import fc from "fast-check";
import { CopyObjectCommand, type ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { rewindBackups, toBringBack, type Entry } from "../../ops/rewind";
import type { OperatedStack } from "../../ops/stack";

const at = (seconds: number): Date => new Date(seconds * 1000);

/** What happened to one object, in order; as S3 lists it: versions newest first, then the marks of deletions. */
function listed(key: string, events: { seconds: number; deletion: boolean }[]): Entry[] {
  const entries = events.map(({ seconds, deletion }, i) => ({ key, version: `${key}${i}`, at: at(seconds), deletion, current: i === events.length - 1 })).reverse();
  return [...entries.filter((entry) => !entry.deletion), ...entries.filter((entry) => entry.deletion)];
}

const histories = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 })
  .chain((seconds) => fc.tuple(...seconds.sort((a, b) => a - b).map((second) => fc.record({ seconds: fc.constant(second), deletion: fc.boolean() })))), { maxLength: 4 });

test("exactly the objects that were deleted or overwritten are brought back", () => {
  fc.assert(fc.property(histories, fc.integer({ min: 0, max: 60 }), (objects, time) => {
    const back = toBringBack(objects.flatMap((events, i) => listed(`o${i}-`, events)), at(time)).map(({ version }) => version).sort();
    const expected = objects.flatMap((events, i) => {
      const index = events.findLastIndex(({ seconds }) => seconds <= time);
      return index < 0 || events[index].deletion || index === events.length - 1 ? [] : [`o${i}-${index}`];
    });
    expect(back).toEqual(expected.sort());
  }));
});

test("a removed restic lock is not brought back, as it would block restic", () => {
  const gone = (key: string) => listed(key, [{ seconds: 5, deletion: false }, { seconds: 9, deletion: true }]);
  const kept = ["snapshots/a", "data/lo/locks", "backup/locks/a"];
  expect(toBringBack(["locks/a", ...kept].flatMap(gone), at(7)).map(({ key }) => key)).toEqual(kept);
});

test("an object written and deleted within one second stays deleted", () => {
  expect(toBringBack(listed("lock", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: true }]), at(9))).toEqual([]);
  expect(toBringBack(listed("lock", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: true }, { seconds: 7, deletion: false }]), at(6))).toEqual([]);
});

test("an object overwritten within one second gets its last version", () => {
  const [newest] = listed("o", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: false }, { seconds: 7, deletion: true }]);
  expect(toBringBack(listed("o", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: false }, { seconds: 7, deletion: true }]), at(6))).toEqual([newest]);
});

describe("a bucket", () => {
  const given = { ...process.env };
  let said: string;
  beforeEach(() => {
    said = "";
    jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += text), true));
  });
  afterEach(() => {
    process.env = { ...given };
    jest.restoreAllMocks();
  });

  /** One in which `a b/ё` was overwritten again and again, and a page of the answer holds two versions. Gives what was copied. */
  async function rewound(variables: NodeJS.ProcessEnv): Promise<{ code: number; copied: object[] }> {
    const Versions = [9, 8, 7, 6, 5].map((seconds) => ({ Key: "a b/ё", VersionId: `v${seconds}`, LastModified: at(seconds), IsLatest: seconds === 9 }));
    const copied: object[] = [];
    const send = async ({ input, constructor }: ListObjectVersionsCommand | CopyObjectCommand) => {
      if (constructor === CopyObjectCommand) return copied.push(input);
      const { KeyMarker, VersionIdMarker } = input as ListObjectVersionsCommand["input"];
      const from = KeyMarker === undefined ? 0 : Versions.findIndex(({ VersionId }) => VersionId === VersionIdMarker) + 1;
      if (from === 0 && KeyMarker !== undefined) throw new Error("S3 goes on with the next key");
      const page = Versions.slice(from, from + 2);
      return { Versions: page, IsTruncated: from + 2 < Versions.length, NextKeyMarker: page.at(-1)!.Key, NextVersionIdMarker: page.at(-1)!.VersionId };
    };
    Object.assign(process.env, { YES: "", TIME: "", ...variables });
    const code = await rewindBackups({ name: "staging", outputs: () => ({ backups: { region: "x", buckets: ["one"] } }), s3: async () => ({ send }) } as unknown as OperatedStack);
    return { code, copied };
  }

  test("is brought back over all pages of its listing, each object in its version of that time", async () => {
    expect(await rewound({ TIME: "1970-01-01T00:00:05Z", YES: "1" })).toEqual({ code: 0, copied: [{ Bucket: "one", Key: "a b/ё", CopySource: "one/a%20b/%D1%91?versionId=v5" }] });
    expect(said).toContain("one: 1 of 1 objects were deleted or overwritten since 1970-01-01T00:00:05.000Z\n");
  });

  test("stays unchanged without confirmation", async () => {
    await expect(rewound({ TIME: "1970-01-01T00:00:05Z" })).rejects.toThrow(/Nothing was done/);
    expect(said).toContain("a b/ё");
  });

  test.each(["", "yesterday", "1970-01-01", "1970-01-01T00:00:05", "1970-13-01T00:00:05Z"])("is not rewound to %j, which is not a time with a time zone", async (TIME) => {
    await expect(rewound({ TIME, YES: "1" })).rejects.toThrow(/is not a time with a time zone/);
  });
});
