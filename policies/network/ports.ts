/** Ports from the first to the last. */
export interface Ports {
  first: number;
  last: number;
}

export const allPorts: Ports = { first: 0, last: 65535 };

/** DigitalOcean's notation: `443`, `8000-9000`, `all`; 0 and nothing are all. What cannot be read counts as all. */
export function portsOf(text: string | undefined): Ports {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text ?? "");
  if (!match || match[1] === "0") return allPorts;
  return { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
}

export const includes = ({ first, last }: Ports, port: number): boolean => first <= port && port <= last;

/** What the world may reach: HTTP and HTTPS, each alone. */
export const isWeb = ({ first, last }: Ports): boolean => first === last && (first === 80 || first === 443);

export const portsText = ({ first, last }: Ports): string => (first === last ? `port ${first}` : `ports ${first}-${last}`);
