import { ProviderModel, ProviderSchema } from "../resource";
import schema from "../schemas/tls.json";
import { certRequest, locallySignedCert, selfSignedCert } from "./certificates";
import { privateKey } from "./private-key";

/** Stand-in for `tls` 5.5.1. */
export const tls: ProviderModel = {
  name: "tls",
  version: "5.5.1",
  schema: schema as ProviderSchema,
  resources: {
    "tls:index/privateKey:PrivateKey": privateKey,
    "tls:index/certRequest:CertRequest": certRequest,
    "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
    "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
  },
};
