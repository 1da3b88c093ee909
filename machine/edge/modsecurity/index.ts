import { additions } from "./additions";
import { engine, unreadable } from "./engine";
import { exclusionOf, exclusions, looksForAttacks } from "./exclusions";
import { takenOut } from "./linear";
import { guard, names } from "./names";
import type { WafOptions } from "./options";
import { report } from "./report";
import { highestThreshold, setup } from "./setup";
import { unicode } from "./unicode";
import type { File, Fragment } from "../../state";

export { exclusionOf, highestThreshold, looksForAttacks, takenOut };
export type { WafOptions };

/** Where the rules are, apart from nginx's own configuration: any server of any nginx can be given them. */
export const wafDirectory = "/etc/modsecurity/ringo";
/** What nginx is told to load. */
export const wafRules = `${wafDirectory}/main.conf`;
/** What nginx runs before them wherever a body is inspected, in a server whose Lua finds modules in {@link wafDirectory}. */
export const wafGuard = `${wafDirectory}/guard.lua`;
/** What was found, a line of nginx's error log for each rule that a request met, for {@link reportCommand}. */
export const wafLog = "/var/log/nginx/waf.log";
/** Prints what was found. */
const reportCommand = "/usr/local/bin/ringo-waf";

/**
 * How many large bodies the machine's memory has room for at once. Measured: ModSecurity holds four times a body from when it
 * has been read until the application has answered, and for a moment, in one of nginx's workers, twice that.
 */
export function largeBodiesFor(machine: { memoryMiB: number; vcpus: number; bodyMiB: number }): number {
  const held = 4.3 * machine.bodyMiB;
  return Math.max(1, Math.floor((machine.memoryMiB - systemMiB - machine.vcpus * held) / held));
}

const systemMiB = 300;

/** ModSecurity with the OWASP Core Rule Set of Debian's packages. Takes effect in an nginx server that loads {@link wafRules}. */
export function waf(options: WafOptions): Fragment {
  const conf = (name: string, content: string): File => ({ path: `${wafDirectory}/${name}`, content });
  return {
    packages: ["libnginx-mod-http-modsecurity", "libnginx-mod-http-lua", "modsecurity-crs"],
    directories: [{ path: wafDirectory }],
    files: [
      conf("engine.conf", engine(options, wafDirectory)),
      conf("unicode.mapping", unicode()),
      conf("setup.conf", setup(options)),
      conf("exclusions.conf", exclusions(options.exclusions)),
      conf("additions.conf", additions),
      conf("unreadable.conf", unreadable),
      conf("main.conf", main),
      conf("names.lua", names),
      { path: wafGuard, content: guard(options) },
      { path: reportCommand, mode: "0755", content: report(wafLog) },
    ],
    // It names clients, and quotes what was taken for an attack. nginx would make it for everybody to read; Debian rotates it with nginx's others.
    steps: [{
      name: "the firewall's log", when: "after-files", unless: `test -e ${wafLog}`, command: `install -m 0640 -o www-data -g adm /dev/null ${wafLog}`,
    }],
  };
}

/**
 * What is loaded of the Core Rule Set: its defaults, what looks at requests, and what adds up their scores. The rest finds nothing
 * here and costs each request all the same: exclusions for other applications (903) and for Apache (905), reputation (910) and
 * counters (912) that are off, and answers (950 to 980), which are not inspected.
 */
const rules = (...families: string[]): string => families.map((family) => `Include /usr/share/modsecurity-crs/rules/REQUEST-${family}*.conf\n`).join("");

/** The order matters: the engine, what the rules are told, what they must not look at, the rules, and what they could not look at. */
const main = `Include ${wafDirectory}/engine.conf
Include ${wafDirectory}/setup.conf
Include ${wafDirectory}/exclusions.conf
Include ${wafDirectory}/additions.conf
${rules("901", "911", "913", "920", "921")}# They look at the headers of a form's parts only, one of them by an expression that is compiled for each request.
SecRule &MULTIPART_PART_HEADERS "@eq 0" "id:10207,phase:2,pass,t:none,nolog,skipAfter:END-PARTS"
${rules("922")}SecMarker END-PARTS
${rules("93", "94")}SecRuleRemoveById ${Object.keys(takenOut).join(" ")}
Include ${wafDirectory}/unreadable.conf
`;
