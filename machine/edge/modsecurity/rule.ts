/**
 * A rule in the Core Rule Set's manner: a hit counts as critical, and what is excluded there by its tag is excluded here. With a
 * proof it is one only if that is found, too.
 */
export const rule = (id: number, targets: string, operator: string, transformations: string, message: string, proof?: [targets: string, operator: string]): string => {
  const score = "setvar:'tx.anomaly_score_pl1=+%{tx.critical_anomaly_score}'";
  return `SecRule ${targets} "${operator}" \\
    "id:${id},phase:2,block,capture,${transformations},log,auditlog,severity:CRITICAL,\\
    msg:'${message}',logdata:'Matched Data: %{TX.0} found within %{MATCHED_VAR_NAME}: %{MATCHED_VAR}',\\
    tag:'OWASP_CRS',tag:'paranoia-level/1',\\
    ${proof === undefined ? `${score}"` : `chain"
    SecRule ${proof[0]} "${proof[1]}" "t:none,t:lowercase,${score}"`}
`;
};

/** Headers of the application's own, which it may keep like a field; what the others say has a grammar. */
export const ownHeaders = "REQUEST_HEADERS:/^X-/";

/** One of these words, in an expression. */
export const alternatives = (words: string): string => `(?:${words.trim().split(/\s+/).join("|")})`;

/** A text as it was before it was written into a query or into HTML. */
export const decoded = "t:none,t:urlDecodeUni,t:htmlEntityDecode";

/** What a browser makes of a text before it takes it for markup. */
export const asBrowsersRead = "t:none,t:utf8toUnicode,t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,t:cssDecode,t:removeNulls";
