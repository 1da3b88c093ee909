import { notFound } from "./errors";
import { change, load, type CloudState, type Entry } from "./state";

/** All entries of a kind, to read, or to change within an edit. */
export const entriesIn = (state: CloudState, kind: string): Record<string, Entry> => (state.entries[kind] ??= {});

export const findEntry = (kind: string, id: string): Entry | undefined => load().entries[kind]?.[id];

export const createEntry = (kind: string, entry: Entry): Promise<Entry> =>
  change((state) => (entriesIn(state, kind)[entry.id] = entry));

/** @throws 404 */
export function updateEntry(kind: string, id: string, changes: object): Promise<Entry> {
  return change((state) => {
    const entry = entriesIn(state, kind)[id];
    if (!entry) throw notFound(kind, id);
    return Object.assign(entry, changes);
  });
}

export const deleteEntry = (kind: string, id: string): Promise<void> =>
  change((state) => void delete entriesIn(state, kind)[id]);
