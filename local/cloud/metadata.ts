import * as http from "node:http";
import * as path from "node:path";
import { projectDir, stateDir, cacheDir } from "../paths";
import { ensureRunning } from "../services/supervise";
import { addressesIn, parseCidr, toAddress } from "../../config/cidr";
import { gatewayOf } from "./addresses";
import { fabricNamespace, internet, metadataAddress, publicGateway, publicRange } from "./names";
import { attempt } from "./run";
import { load, type CloudState, type Droplet } from "./state";

/** A droplet's metadata, as in DigitalOcean's `/metadata/v1.json`. */
export function metadataOf(state: CloudState, droplet: Droplet): Record<string, unknown> {
  const { ipRange } = state.vpcs[droplet.vpcUuid]!;
  const reserved = Object.values(state.reservedIps).find((ip) => ip.dropletId === droplet.id);
  const ipv4 = (address: string, range: string, gateway: string): object =>
    ({ ip_address: address, netmask: netmaskOf(range), gateway });
  return {
    droplet_id: droplet.id,
    hostname: droplet.name,
    user_data: droplet.userData ?? "",
    public_keys: droplet.sshKeys.flatMap((id) => state.entries.sshKeys?.[id]?.publicKey ?? []),
    region: droplet.region,
    interfaces: {
      ...(droplet.publicAddress === undefined ? {} : {
        public: [{ ipv4: ipv4(droplet.publicAddress, publicRange, publicGateway), type: "public" }],
      }),
      private: [{ ipv4: ipv4(droplet.privateAddress, ipRange, gatewayOf(ipRange)), type: "private" }],
    },
    reserved_ip: { ipv4: reserved ? { active: true, ip_address: reserved.address } : { active: false } },
    dns: { nameservers: [internet] },
    tags: droplet.tags,
  };
}

const netmaskOf = (range: string): string => toAddress(2 ** 32 - addressesIn(parseCidr(range)!));

/** The text of a path under `/metadata/v1/`: a value, a list of values, or the names below it; undefined if there is none. */
export function answer(metadata: Record<string, any>, url: string): string | undefined {
  if (url === "/metadata/v1.json") return JSON.stringify(metadata);
  const match = /^\/metadata\/v1\/?(.*?)\/?$/.exec(url);
  if (!match) return undefined;
  let value: any = {
    ...metadata, id: metadata.droplet_id, "user-data": metadata.user_data, "public-keys": metadata.public_keys,
  };
  for (const hidden of ["droplet_id", "user_data", "public_keys"]) delete value[hidden];
  for (const step of match[1]!.split("/").filter(Boolean)) {
    // An interface's address has a shorter name as a path than in the JSON document.
    const key = step === "address" ? "ip_address" : step;
    value = typeof value === "object" && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item, i) => (typeof item === "object" ? `${i}/` : item)).join("\n");
  if (typeof value === "object") return Object.entries(value).map(([key, item]) => (typeof item === "object" ? `${key}/` : key)).join("\n");
  return String(value);
}

/** Serves droplets' metadata, by the client's address, which the fabric prevents from being forged. */
export function serve(): void {
  http.createServer((request, response) => {
    const state = load();
    const source = request.socket.remoteAddress;
    const droplet = Object.values(state.droplets).find(({ publicAddress, privateAddress }) =>
      source === publicAddress || source === privateAddress);
    const text = droplet && request.method === "GET" ? answer(metadataOf(state, droplet), request.url ?? "/") : undefined;
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/plain; charset=utf-8" }).end(text ?? "not found");
  }).listen(80, metadataAddress);
}

/** Starts the metadata service in the fabric. Idempotent. */
export async function ensureMetadata(): Promise<void> {
  const enter = [`--net=/run/netns/${fabricNamespace}`];
  await ensureRunning({
    name: "metadata",
    command: [
      "nsenter", ...enter, process.execPath, "--import", require.resolve("tsx"), "--eval",
      `require(${JSON.stringify(path.join(projectDir, "local/cloud/metadata"))}).serve()`,
    ],
    environment: { RINGO_LOCAL_DIR: stateDir, RINGO_CACHE_DIR: cacheDir },
    ready: async () => (await attempt("nsenter", [...enter, "curl", "--silent", "--max-time", "2", "--output", "/dev/null", `http://${metadataAddress}/`])) !== undefined,
  });
}
