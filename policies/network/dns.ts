import type { DnsRecordArgs } from "@pulumi/digitalocean/dnsRecord";
import { ruleFor, type Rule } from "../rule";

const record = "digitalocean:index/dnsRecord:DnsRecord";
const domain = "digitalocean:index/domain:Domain";

/** Whether an SPF record lets only some send: by the first `all`, for what is behind it counts no more, or as another domain says. */
function isBound(spf: string): boolean {
  const terms = spf.toLowerCase().replaceAll('"', "").split(/\s+/);
  const all = terms.find((term) => /^[-+?~]?all$/.test(term));
  return all === undefined ? terms.some((term) => term.startsWith("redirect=")) : /^[-~]/.test(all);
}

export const dnsRules: Rule[] = [
  ruleFor<DnsRecordArgs>(record, {
    name: "dns-ttl",
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A DNS record is believed for an hour at most.",
    wrong: "After a change, or a lost machine, clients go on to the old address for as long as the record's TTL.",
    mend: "set ttl to 3600 or less.",
    answers: ["networking-domains-high-ttl"],
    *check({ ttl }) {
      if (ttl !== undefined && ttl > 3600) yield `its TTL is ${ttl} s`;
    },
  }),
  ruleFor<DnsRecordArgs>(record, {
    name: "dns-spf",
    chapter: "Network",
    severity: "medium",
    demands: "An SPF record names who may send mail, and refuses all others.",
    wrong: "Anyone can send mail in the domain's name.",
    mend: "end the record with -all (or ~all while trying it).",
    answers: ["networking-domains-spf-overly-permissive"],
    *check(inputs) { // an address may be unknown yet, and is none of this rule's business
      if (inputs.type === "TXT" && /^"?v=spf1\b/i.test(inputs.value) && !isBound(inputs.value)) yield "it lets everyone send";
    },
  }),
  {
    name: "dns-mail",
    of: [domain],
    chapter: "Network",
    severity: "low",
    level: "advisory",
    demands: "A zone that the stack makes says which mail is genuine: SPF, DKIM and DMARC.",
    wrong: "Receivers cannot tell the domain's mail from a forgery.",
    mend: "add TXT records: v=spf1 at @, v=DMARC1 at _dmarc, and the mail service's key at <selector>._domainkey; `v=spf1 -all` where no mail is sent.",
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
