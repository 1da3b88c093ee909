/**
 * TLS as Mozilla's "intermediate" (6.0), without OCSP stapling, since Let's Encrypt no longer offers OCSP. The first group is hybrid, and
 * optional, as OpenSSL before 3.5 lacks it: what is recorded today stays secret even if a quantum computer breaks X25519 one day.
 */
export const tls = (directory: string): string => `ssl_certificate ${directory}/fullchain.pem;
ssl_certificate_key ${directory}/privkey.pem;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
ssl_ecdh_curve ?X25519MLKEM768:X25519:prime256v1:secp384r1;
ssl_session_timeout 1d;
ssl_session_cache shared:tls:10m;
ssl_session_tickets off;
`;
