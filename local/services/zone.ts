import * as net from "node:net";

/** One DNS record of the stack's zone, its value in presentation format (as DigitalOcean and zone files write it). */
export interface DnsRecord {
  /** Full name, with or without the final dot; a leading `*.` of A, AAAA and CNAME matches any name below. */
  name: string;
  /** A, AAAA, CNAME, TXT, MX, NS, SRV or CAA. */
  type: string;
  /** Preceded by the priority for MX, by priority, weight and port for SRV, by flags and tag for CAA. */
  value: string;
}

/** dnsmasq's buffer for a line of its configuration (MAXDNAME). */
const longestLine = 1000;

/** Wire format of the record types that dnsmasq has no directive for, or whose directive mangles quotes and commas. */
const wire: Record<string, { number: number; encode(value: string): Buffer }> = {
  NS: { number: 2, encode: domainName },
  MX: {
    number: 15,
    encode(value) {
      const [priority, host] = fields(value, 2);
      return Buffer.concat([uint16(priority), domainName(host)]);
    },
  },
  TXT: {
    number: 16,
    encode(value) {
      const text = Buffer.from(unquote(value));
      const chunks: Buffer[] = [];
      for (let at = 0; at === 0 || at < text.length; at += 255) chunks.push(characterString(text.subarray(at, at + 255)));
      return Buffer.concat(chunks);
    },
  },
  SRV: {
    number: 33,
    encode(value) {
      const [priority, weight, port, host] = fields(value, 4);
      return Buffer.concat([uint16(priority), uint16(weight), uint16(port), domainName(host)]);
    },
  },
  CAA: {
    number: 257,
    encode(value) {
      const [flags, tag, text] = fields(value, 3);
      if (!/^[a-z0-9]{1,15}$/i.test(tag)) throw new Error(`CAA tag ${JSON.stringify(tag)} is not letters and digits`);
      return Buffer.concat([integer(flags, 1), characterString(Buffer.from(tag)), Buffer.from(unquote(text))]);
    },
  },
};

/**
 * One record as a line of dnsmasq's configuration.
 * @throws on an unknown type, a bad name, or a value that the type does not allow
 */
export function renderRecord(record: DnsRecord): string {
  const name = hostName(record.name);
  const wildcard = name.startsWith("*.");
  const refuse = (why: string): never => {
    throw new Error(`DNS record ${record.type} ${record.name}: ${why}`);
  };
  switch (record.type) {
    case "A":
    case "AAAA":
      if (net.isIP(record.value) !== (record.type === "A" ? 4 : 6)) refuse(`${JSON.stringify(record.value)} is not an address of that type`);
      return wildcard ? `address=/${name}/${record.value}` : `host-record=${name},${record.value}`;
    case "CNAME":
      return `cname=${name},${hostName(record.value)}`;
    default: {
      const type = wire[record.type];
      if (type === undefined) return refuse(`unknown type; known types are A, AAAA, CNAME, ${Object.keys(wire).join(", ")}`);
      if (wildcard) refuse("a wildcard is only possible for A, AAAA and CNAME");
      let line: string;
      try {
        line = `dns-rr=${name},${type.number},${type.encode(record.value).toString("hex")}`;
      } catch (error) {
        return refuse((error as Error).message);
      }
      return line.length > longestLine ? refuse("longer than dnsmasq can read (about 480 bytes)") : line;
    }
  }
}

function hostName(name: string): string {
  const bare = name.replace(/\.$/, "").toLowerCase();
  if (bare.length > 253 || !/^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(bare)) {
    throw new Error(`${JSON.stringify(name)} is not a DNS name`);
  }
  return bare;
}

function domainName(name: string): Buffer {
  const labels = hostName(name).split(".").map((label) => characterString(Buffer.from(label)));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function characterString(text: Buffer): Buffer {
  return Buffer.concat([Buffer.from([text.length]), text]);
}

function integer(text: string, bytes: 1 | 2): Buffer {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 256 ** bytes) throw new Error(`${JSON.stringify(text)} is not a number below ${256 ** bytes}`);
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

const uint16 = (text: string): Buffer => integer(text, 2);

/** Splits into `count` fields; the last one is the rest. */
function fields(value: string, count: number): string[] {
  const parts = new RegExp(`^${"(\\S+)\\s+".repeat(count - 1)}(.+)$`).exec(value.trim());
  if (parts === null) throw new Error(`${JSON.stringify(value)} does not have the ${count} fields of its type`);
  return parts.slice(1);
}

/** `"a\"b"` is a"b; text without quotes is itself. */
function unquote(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  return quoted === null ? text : quoted[1].replace(/\\(.)/g, "$1");
}
