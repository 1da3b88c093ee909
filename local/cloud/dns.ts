import { publishRecords, zone } from "../services/dns";
import { entriesIn } from "./entry";
import { conflict, notFound } from "./errors";
import { change, type CloudState, type Entry } from "./state";

/** The name that a record of a domain answers for. */
export function fqdnOf(name: string, domain: string): string {
  if (name === "@" || name === `${domain}.`) return domain;
  return name.toLowerCase().endsWith(`${domain}.`) ? name.slice(0, -1) : `${name}.${domain}`;
}

/** The stack's own zone exists from the start, like one delegated to the account. */
function checkDomain(state: CloudState, name: string): void {
  if (name !== zone && !entriesIn(state, "domains")[name]) throw notFound("domain", name);
}

export function createDomain(name: string, ipAddress: string | undefined): Promise<void> {
  return changeRecords((state) => {
    if (entriesIn(state, "domains")[name]) throw conflict(`the domain ${name} exists already`);
    entriesIn(state, "domains")[name] = { id: name };
    if (ipAddress) addRecord(state, { domain: name, name: "@", type: "A", value: ipAddress, ttl: 1800 });
  });
}

/** Removes a domain with all its records. */
export function deleteDomain(name: string): Promise<void> {
  return changeRecords((state) => {
    const records = entriesIn(state, "records");
    for (const record of Object.values(records)) if (record.domain === name) delete records[record.id];
    delete entriesIn(state, "domains")[name];
  });
}

export type RecordRequest = { domain: string; name: string; type: string; value: string; ttl: number } & Record<string, any>;

/** Creates a record, which is served when this returns. @throws 404 if the domain does not exist */
export const createRecord = (request: RecordRequest): Promise<Entry> => changeRecords((state) => addRecord(state, request));

function addRecord(state: CloudState, request: RecordRequest): Entry {
  checkDomain(state, request.domain);
  const id = String(state.nextId++);
  return (entriesIn(state, "records")[id] = { ...request, id });
}

export function updateRecord(id: string, request: RecordRequest): Promise<Entry> {
  return changeRecords((state) => {
    if (!entriesIn(state, "records")[id]) throw notFound("DNS record", id);
    return (entriesIn(state, "records")[id] = { ...request, id });
  });
}

export const deleteRecord = (id: string): Promise<void> =>
  changeRecords((state) => void delete entriesIn(state, "records")[id]);

function changeRecords<T>(edit: (state: CloudState) => T): Promise<T> {
  return change(async (state) => {
    const result = edit(state);
    await publishRecords(Object.values(entriesIn(state, "records")).map((record) => ({
      name: fqdnOf(record.name, record.domain), type: record.type, value: dataOf(record),
    })));
    return result;
  });
}

/** A record's data as in a zone file; `@` stands for its domain. */
function dataOf(record: Entry): string {
  const value = record.value === "@" ? record.domain : record.value;
  switch (record.type) {
    case "MX": return `${record.priority} ${value}`;
    case "SRV": return `${record.priority} ${record.weight} ${record.port} ${value}`;
    case "CAA": return `${record.flags} ${record.tag} "${value}"`;
    default: return value;
  }
}
