/** What sites are made of, the API's and Grafana's alike. */

/** Plain HTTP, of one name: challenges of the certificate's authority, and the way to HTTPS. */
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

/** These networks and nobody else. */
export const only = (cidrs: string[]): string => `${cidrs.map((cidr) => `        allow ${cidr};\n`).join("")}        deny all;\n`;
