import type { Limits } from "./http";

/** Rates and connections, per client: an IPv4 address, or the /64 that belongs to one IPv6 client. */
export const limits = (l: Limits): string => `map $binary_remote_addr $client {
    "~(?s)^(.{8}).{8}$" $1;
    default $binary_remote_addr;
}

# Only POST tries a password; an empty key is not limited.
map $request_method $login_client {
    POST $client;
    default "";
}

# The firewall keeps a body in memory, several times over, until the application has answered. One whose length is not
# known beforehand counts as large; over HTTP/2, with other methods than these, none is large (sites.conf).
map "$request_method:$http_transfer_encoding:$content_length" $large_body {
    "~:\\d{7,}$" all;
    "~^(?:POST|PUT|PATCH)::?$" all;
    "~:.+:$" all;
    default "";
}
map $large_body $large_body_client {
    all $client;
    default "";
}

map $uri $retry_after {
    /api/v1/token/ ${Math.ceil(60 / l.loginPerMinute)};
    default 1;
}

limit_req_zone $client zone=api_rate:10m rate=${l.apiPerSecond}r/s;
limit_req_zone $login_client zone=login_rate:10m rate=${l.loginPerMinute}r/m;
# A page loads many files at once.
limit_req_zone $client zone=files_rate:10m rate=50r/s;
limit_req_zone $client zone=health_rate:1m rate=1r/s;
limit_conn_zone $client zone=connections:10m;
limit_conn_zone $large_body zone=large_bodies:64k;
limit_conn_zone $large_body_client zone=large_bodies_of_client:1m;
limit_req_status 429;
limit_conn_status 429;
# Refusals are in the access log; the error log would repeat them with their query strings.
limit_req_log_level info;
limit_conn_log_level info;
`;
