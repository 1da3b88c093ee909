import type { DnsRecordArgs } from "@pulumi/digitalocean/dnsRecord";
import type { PolicyResource } from "@pulumi/policy";
import { ruleFor, type Rule } from "../rule";
import { eachKnown, known } from "../unknown";

const record = "digitalocean:index/dnsRecord:DnsRecord";
const domain = "digitalocean:index/domain:Domain";

/** Whether an SPF record lets only some send: by the first `all`, for what is behind it counts no more, or as another domain says. */
function isBound(spf: string): boolean {
  const terms = spf.toLowerCase().replaceAll('"', "").split(/\s+/);
  const all = terms.find((term) => /^[-+?~]?all$/.test(term));
  return all === undefined ? terms.some((term) => term.startsWith("redirect=")) : /^[-~]/.test(all);
}

/** By each of these a resource tells an address that it has. */
const addresses = ["ipAddress", "ipv4Address", "ipv6Address", "ip", "ipv6", "ipv4AddressPrivate"];

/** Companies that give a name to whoever asks for it first, and again once it is given back. */
const giving = ["ondigitalocean.app", "digitaloceanspaces.com", "amazonaws.com", "cloudfront.net", "awsapprunner.com", "elasticbeanstalk.com", "herokuapp.com", "herokudns.com", "github.io",
  "azurewebsites.net", "cloudapp.net", "trafficmanager.net", "netlify.app", "vercel.app", "pages.dev", "fly.dev", "onrender.com", "web.app", "surge.sh", "myshopify.com"];

const isGiven = (host: string): boolean => giving.some((suffix) => host.toLowerCase().replace(/\.$/, "").endsWith(`.${suffix}`));

function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === "string") yield value;
  if (typeof value === "object" && value !== null) for (const key of Object.keys(value)) yield* textsIn(known(() => (value as Record<string, unknown>)[key]));
}

/** Whether a resource has this host or address in one of its outputs. */
const tells = ({ props }: PolicyResource, value: string): boolean => [...textsIn(props)].some((text) => text.toLowerCase().includes(value.toLowerCase().replace(/\.$/, "")));

export const dnsRules: Rule[] = [
  {
    name: "dns-own-target",
    of: [record, domain],
    chapter: "Network",
    severity: "high",
    // An office or somebody else's mail host has an address of its own, and no resource.
    level: "advisory",
    demands: "A DNS record points to a resource of this stack: its address, host name or name servers are taken from that resource's outputs.",
    wrong: "Once the address, name or zone is released, its next owner can serve the domain, get a certificate for it, and receive its cookies.",
    fix: "take the value from the resource (ReservedIp's ipAddress, LoadBalancer's ip, App's liveDomain), and create the Domain of a zone that NS records delegate, so that both are deleted together; remove records that point elsewhere.",
    answers: [],
    *check(resources) {
      const own = new Set(resources.filter(({ type }) => type !== domain).flatMap(({ props }) => addresses.map((key) => known(() => props[key] as unknown))));
      const zones = new Set(resources.filter(({ type }) => type === domain).map(({ props }) => known(() => props.name as unknown)));
      yield* eachKnown(resources.filter(({ type }) => type === record || type === domain), function* ({ type, urn, props, propertyDependencies }) {
        const input = type === domain ? "ipAddress" : "value";
        const from = propertyDependencies[input] ?? [];
        const value = known(() => props[input] as string | undefined);
        if (value === undefined && (from.length > 0 || props[input] === undefined)) return; // it comes from a resource, and is not known yet
        if (value !== undefined && resources.some((one) => from.some((of) => of.urn === one.urn) && tells(one, value))) return;
        const what = type === domain || /^(A|AAAA)$/.test(props.type) ? !own.has(props[input]) && "an address"
          : props.type === "NS" ? props.name !== "@" && !zones.has(`${props.name}.${props.domain}`) && "a zone"
            : props.type === "CNAME" && isGiven(props.value) && "a name";
        if (what) yield { urn, found: `it points to ${what} that is nobody's in this stack` };
      });
    },
  },
  ruleFor<DnsRecordArgs>(record, {
    name: "dns-ttl",
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A DNS record's TTL is an hour at most.",
    wrong: "After a change, or the loss of a machine, clients use the old address for as long as the TTL.",
    fix: "set ttl to 3600 or less.",
    answers: ["networking-domains-high-ttl"],
    *check({ ttl }) {
      if (ttl !== undefined && ttl > 3600) yield `its TTL is ${ttl} s`;
    },
  }),
  ruleFor<DnsRecordArgs>(record, {
    name: "dns-spf",
    chapter: "Network",
    severity: "medium",
    demands: "An SPF record names who may send mail, and rejects all others.",
    wrong: "Anyone can send mail in the domain's name.",
    fix: "end the record with -all (or ~all while trying it).",
    answers: ["networking-domains-spf-overly-permissive"],
    *check(inputs) { // an address may be unknown yet, and is none of this rule's business
      if (inputs.type === "TXT" && /^"?v=spf1\b/i.test(inputs.value) && !isBound(inputs.value)) yield "it allows everyone to send mail";
    },
  }),
  {
    name: "dns-mail",
    of: [domain],
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A zone that the stack creates has SPF, DKIM and DMARC records.",
    wrong: "Receivers cannot tell the domain's mail from a forgery.",
    fix: "add TXT records: v=spf1 at @, v=DMARC1 at _dmarc, and the mail service's key at <selector>._domainkey; `v=spf1 -all` where no mail is sent.",
    answers: ["networking-domains-missing-spf", "networking-domains-missing-dkim", "networking-domains-missing-dmarc"],
    *check(resources) {
      for (const zone of resources.filter(({ type }) => type === domain)) {
        const texts = resources.filter(({ type, props }) => type === record && props.type === "TXT" && props.domain === zone.props.name).map(({ props }) => props);
        const silent = texts.some(({ value }) => /^"?v=spf1 -all"?$/.test(value));
        if (!texts.some(({ value }) => value.includes("v=spf1"))) yield { urn: zone.urn, found: "it has no SPF record" };
        if (!texts.some(({ name }) => name === "_dmarc")) yield { urn: zone.urn, found: "it has no DMARC record" };
        if (!silent && !texts.some(({ name }) => /\._domainkey$/.test(name))) yield { urn: zone.urn, found: "it has no DKIM record" };
      }
    },
  },
];
