/**
 * Headers of every answer. nginx drops inherited `add_header`s in a location that has one of its own, so such a
 * location includes the snippet again.
 */

/**
 * http level: policies by path. The application's own content policy overrides the edge's, but never that of uploads:
 * an uploaded page or drawing must not run scripts on the API's origin. Answers of an API load nothing; Django's admin does.
 */
export const policies = (origins: string[]): string => `map $uri $edge_policy {
    "~*^/admin" "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
    default "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

map $upstream_http_content_security_policy $application_policy {
    "" $edge_policy;
    default $upstream_http_content_security_policy;
}

map $uri $content_policy {
    "~^/media/" "default-src 'none'; sandbox";
    default $application_policy;
}

# Other origins may embed pictures; everything else only by scripts that CORS allows.
map $uri $resource_policy {
    "~^/media/" cross-origin;
    default same-origin;
}

# A page of another origin may read the edge's own refusals, like the application's answers, which this does not affect:
# otherwise the browser would report a CORS error instead.
map $http_origin $known_origin {
${origins.map((origin) => `    "${origin}" "${origin}";\n`).join("")}    default "";
}

map "$status$upstream_http_date" $allowed_origin {
    "~^[45]..$" $known_origin;
    default "";
}

map "$status$upstream_http_date" $differs_by {
    "~^[45]..$" Origin;
    default "";
}
`;

/** Snippet: headers on every answer, errors included. */
export const headers = (hstsSeconds: number): string => `add_header Strict-Transport-Security "max-age=${hstsSeconds}; includeSubDomains" always;
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options DENY always;
add_header Referrer-Policy same-origin always;
add_header Permissions-Policy "camera=(), geolocation=(), microphone=(), payment=(), usb=()" always;
add_header Content-Security-Policy $content_policy always;
add_header Cross-Origin-Opener-Policy same-origin always;
add_header Cross-Origin-Resource-Policy $resource_policy always;
add_header X-Request-ID $request_id always;
add_header Access-Control-Allow-Origin $allowed_origin always;
add_header Vary $differs_by always;
`;

/** Headers that the application sends, too: only the edge's are passed on. */
export const replaced = [
  "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
  "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Request-ID", "X-Powered-By",
];

/** Headers by which a client could claim to be a proxy, another host, another path or another method. */
export const stripped = [
  "Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl",
  "X-Forwarded-Prefix", "X-Original-URL", "X-Rewrite-URL", "X-Script-Name", "X-HTTP-Method-Override", "X-Client-IP",
  "True-Client-IP", "Proxy",
];
