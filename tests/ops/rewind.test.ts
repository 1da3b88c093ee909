import fc from "fast-check";
import { toBringBack, type Entry } from "../../ops/rewind";

const at = (seconds: number): Date => new Date(seconds * 1000);

/** What happened to one object, in order; as S3 lists it: versions newest first, then the marks of deletions. */
function listed(key: string, events: { seconds: number; deletion: boolean }[]): Entry[] {
  const entries = events.map(({ seconds, deletion }, i) => ({ key, version: `${key}${i}`, at: at(seconds), deletion, current: i === events.length - 1 })).reverse();
  return [...entries.filter((entry) => !entry.deletion), ...entries.filter((entry) => entry.deletion)];
}

const histories = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 })
  .chain((seconds) => fc.tuple(...seconds.sort((a, b) => a - b).map((second) => fc.record({ seconds: fc.constant(second), deletion: fc.boolean() })))), { maxLength: 4 });

test("every object is brought back that was there and is not as it was, and no other", () => {
  fc.assert(fc.property(histories, fc.integer({ min: 0, max: 60 }), (objects, time) => {
    const back = toBringBack(objects.flatMap((events, i) => listed(`o${i}-`, events)), at(time)).map(({ version }) => version).sort();
    const expected = objects.flatMap((events, i) => {
      const index = events.findLastIndex(({ seconds }) => seconds <= time);
      return index < 0 || events[index].deletion || index === events.length - 1 ? [] : [`o${i}-${index}`];
    });
    expect(back).toEqual(expected.sort());
  }));
});

test("a lock that restic has taken away stays away: it would keep every restic out", () => {
  const gone = (key: string) => listed(key, [{ seconds: 5, deletion: false }, { seconds: 9, deletion: true }]);
  const kept = ["snapshots/a", "data/lo/locks", "backup/locks/a"];
  expect(toBringBack(["locks/a", ...kept].flatMap(gone), at(7)).map(({ key }) => key)).toEqual(kept);
});

test("what was written and deleted within one second stays deleted", () => {
  expect(toBringBack(listed("lock", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: true }]), at(9))).toEqual([]);
  expect(toBringBack(listed("lock", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: true }, { seconds: 7, deletion: false }]), at(6))).toEqual([]);
});

test("what was overwritten within one second is as the last of it", () => {
  const [newest] = listed("o", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: false }, { seconds: 7, deletion: true }]);
  expect(toBringBack(listed("o", [{ seconds: 5, deletion: false }, { seconds: 5, deletion: false }, { seconds: 7, deletion: true }]), at(6))).toEqual([newest]);
});
