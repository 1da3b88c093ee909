/** Parts of sites, both the API's and Grafana's. */

/** Plain HTTP, for one name: the CA's challenges, and the redirect to HTTPS. */
export const plain = (domain: string, acmeRoot: string): string => `server {
    listen 80;
    listen [::]:80;
    server_name ${domain};

    location /.well-known/acme-challenge/ {
        root ${acmeRoot};
    }

    location / {
        return 301 https://${domain}$request_uri;
    }
}
`;

/** Only these networks. */
export const only = (cidrs: string[]): string => `${cidrs.map((cidr) => `        allow ${cidr};\n`).join("")}        deny all;\n`;
