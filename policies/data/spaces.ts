import type { SpacesBucketArgs } from "@pulumi/digitalocean/spacesBucket";
import type { SpacesKeyArgs } from "@pulumi/digitalocean/spacesKey";
import { ruleFor, type Rule } from "../rule";

const bucket = "digitalocean:index/spacesBucket:SpacesBucket";

const app = "digitalocean:index/app:App";

/** Origins as an app has them: by a beginning or a pattern, too, which others can be made to fit. */
const ofApp = ({ exact, prefix, regex }: any): string[] => [...(exact === undefined ? [] : [exact]), ...[prefix, regex].filter((text) => text !== undefined).map((text) => `${text}*`)];

export const spacesRules: Rule[] = [
  {
    name: "spaces-private",
    types: [bucket, "digitalocean:index/spacesBucketObject:SpacesBucketObject"],
    chapter: "Data",
    severity: "critical",
    demands: "Buckets and objects in Spaces are private.",
    wrong: "Everyone can read or write its contents.",
    fix: "remove acl, or set it to private; use presigned URLs.",
    answers: ["CKV_DIO_3", "DIG-0006", "spaces-buckets-public-read", "spaces-buckets-public-write"],
    *check({ acl }) {
      if (acl !== undefined && acl !== "private") yield "its acl is not private";
    },
  },
  ruleFor<SpacesBucketArgs>(bucket, {
    name: "spaces-versioned",
    chapter: "Data",
    severity: "medium",
    demands: "A Spaces bucket is versioned, and cannot be destroyed while it contains objects.",
    wrong: "An object that is overwritten or deleted is lost; destroying the bucket destroys its objects.",
    fix: "set versioning.enabled to true and remove forceDestroy.",
    answers: ["CKV_DIO_1", "DIG-0007", "DIG-0009"],
    *check({ versioning, forceDestroy }, { settings }) {
      if (!versioning?.enabled) yield "versioning is off";
      if (forceDestroy && !settings.throwaway) yield "forceDestroy is on";
    },
  }),
  {
    name: "cors-origins",
    types: [bucket, "digitalocean:index/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration", "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", app],
    chapter: "Data",
    severity: "medium",
    demands: "CORS admits named HTTPS origins only, for buckets in Spaces and S3 and for apps.",
    wrong: "A script on any page, or on a page altered on the network, can use the bucket or the app with its visitor's rights.",
    fix: "name the origins in allowedOrigins (an app's in allowOrigins.exact), with https and without `*`.",
    answers: ["spaces-buckets-cors"],
    *check({ corsRules, spec }) {
      const rules = [...corsRules ?? [], ...[spec?.ingress?.rules, spec?.services, spec?.functions, spec?.staticSites].flatMap((list) => (list ?? []).map(({ cors }: any) => cors ?? {}))];
      for (const origin of rules.flatMap(({ allowedOrigins, allowOrigins = {} }) => allowedOrigins ?? [allowOrigins].flat().flatMap(ofApp))) {
        if (!/^https:\/\/[^*@\s]+$/.test(origin)) yield `origin ${String(origin).replace(/\/\/[^/]*@/, "//")} is allowed`;
      }
    },
  },
  ruleFor<SpacesKeyArgs>("digitalocean:index/spacesKey:SpacesKey", {
    name: "spaces-key-bound",
    chapter: "Data",
    severity: "high",
    demands: "A Spaces key is limited to named buckets, to read or to write.",
    wrong: "A stolen key gives access to every bucket of the account, and can delete them.",
    fix: "give one grant for each bucket, with permission read or readwrite.",
    answers: [],
    *check({ grants }) {
      if ((grants ?? []).some(({ bucket: of, permission }) => permission === "fullaccess" || !of || of === "*")) yield "it is for every bucket";
    },
  }),
];
