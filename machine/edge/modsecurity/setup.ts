import type { WafOptions } from "./options";

/** Points that a plain attack has, found by two critical rules: above them little is refused. */
export const highestThreshold = 10;

/** Of bodies: those that are taken apart, with JSON under other names. */
const types = ["application/x-www-form-urlencoded", "multipart/form-data", "text/xml", "application/xml", "application/soap+xml", "application/json",
  ...["cloudevents", "geo", "json-patch", "ld", "merge-patch", "problem", "vnd.api"].map((kind) => `application/${kind}+json`)];

/** What the Core Rule Set is told of the application; all else is its default. */
export const setup = (options: WafOptions): string => `SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecAction "id:10100,phase:1,pass,t:none,nolog,\\
    setvar:tx.crs_setup_version=337,\\
    setvar:tx.paranoia_level=${options.paranoiaLevel},\\
    setvar:tx.executing_paranoia_level=${options.paranoiaLevel},\\
    setvar:tx.inbound_anomaly_score_threshold=${options.threshold},\\
    setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE',\\
    setvar:'tx.allowed_request_content_type=${types.map((type) => `|${type}|`).join(" ")}',\\
    setvar:tx.crs_validate_utf8_encoding=1"
`;
