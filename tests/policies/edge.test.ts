import { exclusionOf } from "../../machine/edge/modsecurity";
import { edge, type EdgeOptions } from "../../machine/edge/nginx";
import { payload } from "../../machine/payload";
import { combine, type File, type MachineState } from "../../machine/state";
import { alone, chapter, unknown, type Sample } from "./harness";
import { usual } from "../machine/edge/edge-harness";

const bringing = (state: MachineState): Sample => ({ type: "command:remote:Command", props: { stdin: payload("state", state) } });
const firewall: EdgeOptions["waf"] = { mode: "block", paranoiaLevel: 1, threshold: 5, fieldsKiB: 64, exclusions: [] };
const edgeWith = (waf: EdgeOptions["waf"]): MachineState => combine(edge({ ...usual, domain: "api.ringo.test", upstreams: ["10.0.0.6"], waf }));

/** The edge, as somebody has changed one of its files. */
function changed(name: string, from: string | RegExp, to: string): Sample {
  const state = edgeWith(firewall);
  const files = state.files.map((file: File) => (file.path.endsWith(name) ? { ...file, content: file.content.replace(from, to) } : file));
  expect(files).not.toEqual(state.files);
  return bringing({ ...state, files });
}

/** The edge with one more file. */
const beside = (content: string): Sample => bringing(combine(edgeWith(firewall), { files: [{ path: "/etc/nginx/ringo/more.conf", content }] }));

const forOperators = "        allow 198.51.100.7/32;\n        deny all;\n";

chapter("Edge", {
  "waf-blocks": {
    kept: alone(
      bringing(edgeWith(firewall)), bringing(combine({ files: [{ path: "/etc/nginx/ringo/health.conf", content: "location /up { return 204; }" }] })),
      { type: "command:remote:Command", props: {} }, { type: "command:remote:Command", props: { stdin: "echo hello" } },
      bringing(combine({ files: [{ path: "/etc/nginx/nginx.conf", content: "server {\n    listen 10.20.0.6:9180;\n    location = /metrics {\n        proxy_pass http://10.20.0.6:8000;\n    }\n}\n" }] })),
      changed("sites.conf", "    location @writes {", `    location /graphs/ {\n${forOperators}        proxy_pass http://graphs;\n    }\n\n    location @writes {`),
      bringing(edgeWith({ ...firewall, threshold: 10, exclusions: [exclusionOf("942100,10414 /api/ ARGS:json.comment"), exclusionOf("920220 /")] })),
      changed("engine.conf", "SecRuleEngine On", "SecRuleEngine On\n# SecRuleEngine Off"),
      changed("sites.conf", "server {", "# location /x { proxy_pass http://api; }\nserver {"),
    ),
    broken: [
      [/no firewall protects @writes, @apart, @reads, @health/, bringing(edgeWith(undefined))],
      [/does not block them/, bringing(edgeWith({ ...firewall, mode: "detect" }))],
      [/no firewall protects @reads/, changed("sites.conf", /(location @reads \{\s+)modsecurity on;/, "$1")],
      [/no firewall protects @reads/, changed("sites.conf", /(location @reads \{\s+)modsecurity on;/, "$1# modsecurity on;")],
      [/nothing limits what the firewall inspects for @reads$/m, changed("sites.conf", /(location @reads \{\s+modsecurity on;\s+)rewrite_by_lua_file \S+/, "$1")],
      [/no firewall protects = \/quick\//, changed("sites.conf", "    location @writes {", "    location = /quick/ {\n        if ($args) {\n            return 400;\n        }\n        proxy_pass http://api;\n    }\n\n    location @writes {")],
      ...[forOperators.replace("deny all", "# deny all"), `satisfy any;\n${forOperators}`].map((rules): [RegExp, Sample] =>
        [/no firewall protects \/graphs\/$/m, changed("sites.conf", "    location @writes {", `    location /graphs/ {\n        ${rules}        proxy_pass http://graphs;\n    }\n\n    location @writes {`)]),
      ...["9180", "*:9180", "203.0.113.9:9180", "10.20.0.6:9180;\n    listen [::]:9180"].map((where): [RegExp, Sample] => [/no firewall protects \/$/m,
        bringing(combine({ files: [{ path: "/etc/nginx/nginx.conf", content: `server {\n    listen ${where};\n    location / {\n        proxy_pass http://10.20.0.6:8000;\n    }\n}\n` }] }))]),
      // On one line, outside of a location, after the end of one, and where a file also has a site inside.
      ...["server { listen 8443; location / { proxy_pass http://api; } }", "stream { server { listen 8443; proxy_pass 10.20.0.6:8000; } }", "server {\n    listen 10.20.0.6:9180;\n}\nserver { listen 8443; location / { proxy_pass http://api; } }"]
        .map((content): [RegExp, Sample] => [/no firewall protects /, beside(content)]),
      [/no firewall protects what is outside of locations/, changed("sites.conf", /$/, "\nstream {\n    server {\n        listen 8443;\n        proxy_pass 10.20.0.6:8000;\n    }\n}\n")],
      // Named networks that are the world.
      ...["allow all;", "allow 0.0.0.0/0;", "allow ::/0;", "allow 0.0.0.0/1;\n        allow 128.0.0.0/1;", "allow 10.20.0.0/20; allow all;"].map((rules): [RegExp, Sample] =>
        [/no firewall protects \/graphs\/$/m, changed("sites.conf", "    location @writes {", `    location /graphs/ {\n        ${rules}\n        deny all;\n        proxy_pass http://graphs;\n    }\n\n    location @writes {`)]),
      // Rules of a location's own.
      ...["modsecurity_rules 'SecRuleEngine DetectionOnly';", "modsecurity_rules_file /srv/own.conf;", "modsecurity_rules_remote key https://rules.example.net;"].map((rules): [RegExp, Sample] =>
        [/brings rules from elsewhere/, changed("sites.conf", /(location @reads \{\s+modsecurity on;)/, `$1 ${rules}`)]),
      [/does not block them/, changed("engine.conf", "SecRuleEngine On", "SecRuleEngine Off")],
      [/does not block them/, changed("engine.conf", "SecRuleEngine On", "")],
      [/does not block them/, changed("additions.conf", /^/, "SecRuleEngine DetectionOnly\n")],
      [/threshold is 11: few attacks score more than 10/, bringing(edgeWith({ ...firewall, threshold: 11 }))],
      [/threshold is 100/, changed("exclusions.conf", /^/, "SecAction \"id:1,phase:1,nolog,pass,setvar:tx.inbound_anomaly_score_threshold=100\"\n")],
      ...["949110 /", "949110 / REQUEST_COOKIES", "10031 /api/"].map((one): [RegExp, Sample] => [/keeps the firewall from blocking: ctl:ruleRemove(?:Target)?ById=\d+/, bringing(edgeWith({ ...firewall, exclusions: [exclusionOf(one)] }))]),
      [/keeps the firewall from blocking: SecRuleRemoveById 920450 932100 /, changed("additions.conf", /id:10423,/, "id:10499,")],
      ...["SecRuleRemoveById 949110", "SecRuleRemoveById 932100 942100", "SecRuleRemoveById 932100-932105", "SecRuleRemoveByTag OWASP_CRS", 'SecRuleUpdateActionById 949110 "pass"', 'SecAction "id:1,phase:1,ctl:ruleEngine=Off"', 'SecAction "id:1,phase:1,ctl:ruleRemoveById=949000-949999"',
        'SecAction "id:1,phase:1,ctl:ruleRemoveByTag=OWASP_CRS"', 'SecAction "id:1,phase:1,ctl:ruleRemoveTargetByTag=OWASP_CRS;ARGS"'].map((line): [RegExp, Sample] => [/keeps the firewall from blocking: /, changed("exclusions.conf", /^/, `${line}\n`)]),
    ],
    unknown: [{ type: "command:remote:Command", props: { stdin: unknown } }],
  },
});
