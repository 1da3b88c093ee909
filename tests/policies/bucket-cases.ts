/** What shows that the rules about buckets in S3 do what they say. */
import { allow, arn, cloudfront, deny, distribution, document, governed, group, guest, lets, lock, managed, ofGroup, ours, policy, setting, store, stranger, tlsOnly, unlocked, writer } from "./bucket-samples";
import { alone, aws, unknown, type Cases, type Sample } from "./harness";

const keyOf = (account: string) => ({ ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: `arn:aws:kms:eu-central-1:${account}:key/2` } }] } });
const moved = (storageClass: string) => ({ LifecycleConfiguration: { rules: [{ status: "Enabled", transitions: [{ days: 30, storageClass }] }] } });
const tiers = (props: object = {}) => setting("IntelligentTieringConfiguration", { bucket: "store", tierings: [{ accessTier: "DEEP_ARCHIVE_ACCESS", days: 180 }], ...props });

export const bucketCases: Record<string, Cases> = {
  "s3-versioned": {
    kept: alone(setting("Versioning", { versioningConfiguration: { status: "Enabled" } })),
    // Trivy AWS-0090, failing.
    broken: [[/not enabled/, setting("Versioning", { versioningConfiguration: { status: "Disabled" } })], [/not enabled/, setting("Versioning", { versioningConfiguration: { status: "Suspended" } })]],
    unknown: [setting("Versioning", { versioningConfiguration: { status: unknown } })],
  },
  "s3-encrypted": {
    kept: alone(...["AES256", "aws:kms", "aws:kms:dsse"].map((sseAlgorithm) => setting("ServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] }))),
    // Trivy AWS-0088, failing.
    broken: [[/default encryption is off/, setting("ServerSideEncryptionConfiguration", { rules: [{}] })], [/default encryption is off/, setting("ServerSideEncryptionConfiguration", { rules: [] })],
      [/default encryption is off/, setting("ServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: "arn:aws:kms:x" } }] })]],
    unknown: [setting("ServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: unknown } }] })],
  },
  "s3-no-acl": {
    kept: alone(setting("OwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } })),
    // Checkov CKV2_AWS_65, failing.
    broken: [[/ACLs are on/, setting("OwnershipControls", { rule: { objectOwnership: "BucketOwnerPreferred" } })], [/ACLs are on/, setting("OwnershipControls", { rule: { objectOwnership: "ObjectWriter" } })]],
    unknown: [setting("OwnershipControls", { rule: { objectOwnership: unknown } })],
  },
  "s3-lifecycle": {
    kept: alone(setting("LifecycleConfiguration", { rules: [{ status: "Enabled", filter: {}, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 }, expiration: { days: 90 } }] })),
    broken: [
      // Checkov CKV_AWS_300, failing: without, of a part of the bucket only, and not in force.
      [/aborted uploads/, setting("LifecycleConfiguration", { rules: [{ status: "Enabled", filter: { prefix: "config/" }, noncurrentVersionExpiration: { noncurrentDays: 90 } }] })],
      [/aborted uploads/, setting("LifecycleConfiguration", { rules: [{ status: "Enabled", filter: { and: { prefix: "log/" } }, expiration: { days: 90 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] })],
      [/aborted uploads/, setting("LifecycleConfiguration", { rules: [{ status: "Enabled", filter: { objectSizeGreaterThan: 1e9 }, expiration: { days: 90 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] })],
      [/aborted uploads[^]*nothing ever expires/, setting("LifecycleConfiguration", { rules: [{ status: "Disabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] })],
      [/aborted uploads/, setting("LifecycleConfiguration", { rules: [{ status: "Enabled", expiration: { days: 1 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 30 } }] })],
    ],
    unknown: [setting("LifecycleConfiguration", { rules: [{ status: unknown }] })],
  },
  "s3-public-access-block": {
    kept: alone(
      setting("PublicAccessBlock", { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true }), aws("s3/accessPoint", {}), aws("s3control/multiRegionAccessPoint", { details: {} }),
      aws("s3/accessPoint", { publicAccessBlockConfiguration: { blockPublicAcls: true } })),
    broken: [
      // Checkov CKV_AWS_53 to 56 and Trivy AWS-0086, 87, 91, 93, failing.
      [/blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets: not true/, setting("PublicAccessBlock", {})],
      [/ignorePublicAcls: not true/, setting("PublicAccessBlock", { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: false, restrictPublicBuckets: true })],
      [/blockPublicAcls/, aws("s3/accountPublicAccessBlock", { blockPublicPolicy: true })],
      // Checkov CKV_AWS_392, failing.
      [/blockPublicAcls: not true/, aws("s3control/multiRegionAccessPoint", { details: { publicAccessBlock: { blockPublicAcls: false } } })],
      [/blockPublicAcls/, aws("s3/accessPoint", { publicAccessBlockConfiguration: { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false } })],
    ],
    unknown: [setting("PublicAccessBlock", { blockPublicAcls: unknown })],
  },
  "s3-acl-private": {
    kept: alone(aws("s3/bucket", {}), aws("s3/bucketAcl", { acl: "private" }), aws("s3/bucketAcl", { acl: "log-delivery-write" }),
      aws("s3/bucketAcl", { accessControlPolicy: { grants: [{ grantee: { id: "52b1", type: "CanonicalUser" }, permission: "READ" }] } }), aws("s3/bucketAcl", { accessControlPolicy: { owner: { id: "52b1" }, grants: [{ grantee: { id: "52b1", type: "CanonicalUser" }, permission: "FULL_CONTROL" }] } })),
    broken: [
      // Checkov CKV_AWS_20, 57, 375, CKV2_AWS_43 and Trivy AWS-0092, failing.
      ...["public-read", "public-read-write", "website", "authenticated-read"].flatMap((acl): [RegExp, Sample][] => [
        [new RegExp(`its acl is ${acl}`), aws("s3/bucket", { acl })], [new RegExp(`its acl is ${acl}`), aws("s3/bucketAcl", { acl })]]),
      [/a grant is for everyone/, aws("s3/bucketAcl", { accessControlPolicy: { grants: [group("AuthenticatedUsers")] } })],
      [/a grant is for everyone/, aws("s3/bucketAcl", { accessControlPolicy: { grants: [group("AllUsers")] } })],
      ...[{ id: "79a5", type: "CanonicalUser" }, { emailAddress: "a@ringo.test", type: "AmazonCustomerByEmail" }].map((grantee): [RegExp, Sample] => [/a grant is for another account/, aws("s3/bucketAcl", { accessControlPolicy: { owner: { id: "52b1" }, grants: [{ grantee, permission: "READ" }] } })]),
      [/a grant is for another account/, aws("s3/objectCopy", { grants: [{ email: "a@ringo.test", permissions: ["READ"] }] })],
      [/a grant is for everyone/, aws("s3/bucket", { grants: [{ type: "Group", permissions: ["WRITE"], uri: group("AllUsers").grantee.uri }] })],
      [/its acl is public-read/, aws("s3/bucketObject", { acl: "public-read" })], [/its acl is public-read/, aws("s3/bucketObjectv2", { acl: "public-read" })],
      [/its acl is public-read/, aws("s3/objectCopy", { acl: "public-read" })],
    ],
    unknown: [aws("s3/bucketAcl", { acl: unknown })],
  },
  "s3-tls-only": {
    kept: alone(policy(tlsOnly), policy({ ...tlsOnly, Principal: { AWS: "*" }, Condition: { Bool: { "aws:SecureTransport": false } } }), policy({ ...tlsOnly, Condition: { Bool: { "aws:securetransport": "false" } } }),
      ...["*", `${arn}*`, ["arn:aws-cn:s3:::store", "arn:aws-cn:s3:::store/*"]].map((Resource) => policy({ ...tlsOnly, Resource })), policy({ ...tlsOnly, Resource: arn }, { ...tlsOnly, Resource: `${arn}/*` })),
    broken: [
      [/without TLS/, policy()], [/without TLS/, policy({ ...tlsOnly, Effect: "Allow" })], ...[arn, `${arn}/*`, [arn, `${arn}/logs/*`], ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]].map((Resource): [RegExp, Sample] => [/without TLS/, policy({ ...tlsOnly, Resource })]),
      [/without TLS/, policy({ ...tlsOnly, Action: "s3:GetObject" })], [/without TLS/, policy({ ...tlsOnly, Principal: { AWS: "arn:aws:iam::123456789012:user/one" } })],
      [/without TLS/, policy({ ...tlsOnly, Condition: { ...tlsOnly.Condition, StringEquals: { "aws:username": "one" } } })],
      [/without TLS/, policy({ ...tlsOnly, Condition: { Bool: { ...tlsOnly.Condition.Bool, "aws:MultiFactorAuthPresent": "false" } } })],
    ],
    unknown: [aws("s3/bucketPolicy", { policy: unknown })],
  },
  "s3-lockout": {
    kept: alone(policy(tlsOnly), policy({ Effect: "Deny", Principal: "*", Action: "s3:DeleteObjectVersion", Resource: `${arn}/*` })),
    // Checkov CKV_AWS_93, failing.
    broken: [
      [/denies everyone/, policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" })],
      [/denies everyone/, policy({ Effect: "Deny", Principal: { AWS: "*" }, Action: ["s3:PutBucketPolicy"], Resource: arn })],
      ...["S3:Put*", "s3:P*", "*:PutBucketPolicy", "s3:PutBucket?olicy"].map((Action): [RegExp, Sample] => [/denies everyone/, policy({ Effect: "Deny", Principal: "*", Action, Resource: arn })]),
      [/denies everyone/, policy({ Effect: "Deny", Principal: "*", NotAction: "s3:GetObject", Resource: arn })],
    ],
    unknown: [aws("s3/bucketPolicy", { policy: unknown })],
  },
  "s3-object-key": {
    kept: alone(aws("s3/bucketObjectv2", { kmsKeyId: "arn:aws:kms:x" })),
    unknown: [aws("s3/objectCopy", { kmsKeyId: unknown })],
    // Checkov CKV_AWS_181 and 186, failing.
    broken: [[/names no KMS key/, aws("s3/bucketObject", { bucket: "b", key: "k", source: "s" })], [/names no KMS key/, aws("s3/objectCopy", {})], [/names no KMS key/, aws("s3/bucketObject", { kmsKeyId: "alias/aws/s3" })]],
  },
  "s3-name": {
    kept: alone(aws("s3/bucket", { bucket: "ringo-production-postgres" }), aws("s3/bucket", {})),
    broken: [[/has a dot/, aws("s3/bucket", { bucket: "evil.com" })]],
    unknown: [aws("s3/bucket", { bucket: unknown })],
  },
  "s3-complete": {
    kept: [store(), [...store(), writer()], store().map((sample) => (sample.name === "store-Versioning" ? { ...sample, props: { ...sample.props, bucket: unknown }, refs: { bucket: ["store"] } } : sample))],
    broken: [
      ...([["Versioning", /no versioning/], ["PublicAccessBlock", /no public access block/], ["Policy", /no policy/], ["ServerSideEncryptionConfiguration", /no encryption/],
        ["OwnershipControls", /no ownership controls/], ["LifecycleConfiguration", /no lifecycle/], ["Logging", /no access logging/]] as const)
        .map(([what, found]): [RegExp, ...Sample[]] => [found, ...store({ [what]: undefined })]),
      // Another bucket's, by reference.
      [/no versioning/, ...store({ Versioning: undefined }), setting("Versioning", { bucket: "logs" }), aws("s3/bucketVersioning", { bucket: unknown }, { name: "another", refs: { bucket: ["logs"] } })],
      // By a reference that the name does not come from.
      [/no versioning/, ...store({ Versioning: undefined }), aws("s3/bucketVersioning", { bucket: "logs" }, { name: "another", refs: { bucket: ["store", "logs"] } })],
      // A bucket that others log to, and in which somebody writes, is none of logs.
      [/no access logging/, ...store({ Logging: undefined }), setting("Logging", { bucket: "other", targetBucket: "store" }), writer()],
      // Checkov CKV_AWS_18, 19, 21, CKV2_AWS_6, 61 and Trivy AWS-0089, 90, 94, failing: a bucket alone.
      [/no versioning, no public access block, no policy, no encryption, no ownership controls, no lifecycle, no access logging/, aws("s3/bucket", { bucket: "mybucket" })],
    ],
  },
  "s3-own-key": {
    kept: [store(), [ours, ...store(keyOf("123456789012"))], store(keyOf("123456789012"))],
    // Checkov CKV_AWS_145 and Trivy AWS-0132, failing.
    broken: [
      [/a key that is not of this stack/, ...store(managed)],
      [/a key that is not of this stack/, ...store({ ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] } })],
      ...["alias/aws/s3", "arn:aws:kms:eu-central-1:123456789012:alias/aws/s3"].map((kmsMasterKeyId): [RegExp, ...Sample[]] =>
        [/a key that is not of this stack/, ...store({ ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId } }] } })]),
      [/a key that is not of this stack/, ...store({ ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: "arn:aws:kms:x" } }] } })],
      // Of another account than what the stack has there.
      [/a key that is not of this stack/, ours, ...store(keyOf("999999999999"))],
      // A second setting of the same, and a bucket that says it is of logs by logging to itself, or to one that logs to it.
      [/a key that is not of this stack/, ...store(), setting("ServerSideEncryptionConfiguration", { bucket: "store", ...managed.ServerSideEncryptionConfiguration })],
      [/a key that is not of this stack/, ...store({ Logging: undefined, ...managed }), setting("Logging", { bucket: "store", targetBucket: "store" })],
      [/a key that is not of this stack/, ...store(managed), setting("Logging", { bucket: "logs", targetBucket: "store" })],
    ],
    unknown: store({ ServerSideEncryptionConfiguration: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: unknown } }] } }),
  },
  "s3-undeletable": {
    kept: [
      store(), ...[{ days: 30 }, { years: 1 }].map((time) => [...store({ ObjectLockConfiguration: lock("COMPLIANCE", time) }), ofGroup("cleaner", allow("s3:DeleteObjectVersion"))]),
      store({ ObjectLockConfiguration: lock("COMPLIANCE", { days: 1 }) }),
      governed(), [...governed(), writer()],
      ...["s3:DeleteObjectVersion", "s3:Delete*", "s3:*Version", "S3:?elete*"].map((action) => [...unlocked(), writer(deny(action))]),
      // A denial in one document of a group holds for the other, and for its users.
      [...unlocked(), writer(), ofGroup("never", deny("s3:DeleteObjectVersion"))],
      [...governed(), writer(deny("s3:DeleteObjectVersion")), ofGroup("cleaner", allow(["s3:DeleteObjectVersion"]))],
      [...governed(lets(["s3:GetObject", "s3:PutObject"]))],
    ],
    broken: [
      // Checkov CKV_AWS_143, failing.
      [/can be deleted/, ...store({}, { objectLockEnabled: undefined })], [/can be deleted/, ...unlocked()],
      [/can be deleted: it has no lock/, ...unlocked(), writer()], [/can be deleted: it has no lock/, ...store(), setting("ObjectLockConfiguration", { bucket: "store" })],
      [/can be deleted/, ...unlocked(), writer({ ...deny("s3:DeleteObjectVersion"), Resource: `${arn}/*` })],
      // Of two who write, one is denied it.
      [/not every writer is denied it/, ...unlocked(), writer(deny("s3:DeleteObjectVersion")), aws("iam/rolePolicy", { role: "other", policy: document(allow("s3:PutObject")) }, { name: "other" })],
      // A lock that locks nothing, and a denial that somebody can lift.
      ...[{}, { rule: {} }, lock("COMPLIANCE", {}), lock("COMPLIANCE", { days: 0 }), lock("GOVERNANCE", { days: 0 })].map((none): [RegExp, ...Sample[]] => [/it has no lock/, ...store({ ObjectLockConfiguration: none })]),
      [/it has no lock/, ...unlocked(), writer(deny("s3:DeleteObjectVersion", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }))],
      // A lock that is over before anybody looks.
      [/can be deleted: cleaner allows s3:DeleteObjectVersion/, ...store({ ObjectLockConfiguration: lock("COMPLIANCE", { days: 1 }) }), ofGroup("cleaner", allow("s3:DeleteObjectVersion"))],
      // Somebody else than the writer, by each kind of document.
      [/can be deleted: cleaner allows s3:DeleteObjectVersion/, ...governed(), writer(), ofGroup("cleaner", allow("s3:DeleteObjectVersion"))],
      [/cleaner allows s3:DeleteObjectVersion/, ...unlocked(), writer(deny("s3:Delete*")), aws("iam/rolePolicy", { role: "cleaner", policy: document(allow("s3:DeleteObjectVersion")) }, { name: "cleaner" })],
      ...["s3:Delete*", "s3:PutLifecycleConfiguration", "s3:PutBucketPolicy", "s3:UpdateObjectEncryption"].map((action): [RegExp, ...Sample[]] => [/p allows s3:/, ...governed(), aws("iam/policy", { policy: document(allow(action)) }, { name: "p" })]),
      [/r allows s3:DeleteObjectVersion/, ...governed(), aws("iam/role", { inlinePolicies: [{ policy: document(allow("s3:DeleteObjectVersion")) }] }, { name: "r" })],
      [/set allows s3:Put/, ...governed(), aws("ssoadmin/permissionSetInlinePolicy", { inlinePolicy: document(allow("s3:Put*")) }, { name: "set" })],
      // Whom a bucket lets in itself.
      [/store-Policy allows s3:DeleteObjectVersion/, ...governed(lets("s3:*"))], [/store-Policy allows s3:DeleteObjectVersion/, ...unlocked(lets("s3:DeleteObject*")), writer(deny("s3:*"))],
      [/store allows s3:PutBucketPolicy/, ...store({ ObjectLockConfiguration: undefined }, { policy: document({ Effect: "Allow", Principal: { AWS: "1" }, NotAction: "s3:Delete*", Resource: arn }) })],
    ],
    unknown: store({}, { objectLockEnabled: unknown }),
  },
  "backup-kept": {
    kept: [store()],
    broken: [
      [/kept for 30 days, less than 365/, ...store({ LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { days: 30 } }] } })],
      [/kept for 1 days, less than 365/, ...store({ LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { days: 365 }, noncurrentVersionExpiration: { noncurrentDays: 1 } }] } })],
      // On a date all that is there expires, and whatever is written later, at once.
      ...["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"].map((date): [RegExp, ...Sample[]] =>
        [/expires at a date/, ...store({ LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { date } }, { status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 365 } }] } })]),
      [/kept for 3 days/, ...store(), setting("LifecycleConfiguration", { bucket: "store", rules: [{ status: "Enabled", expiration: { days: 3 } }] })],
    ],
    unknown: store({ LifecycleConfiguration: { rules: [{ status: "Enabled", expiration: { days: unknown } }] } }),
  },
  "backup-readable": {
    kept: [
      store(), ...["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"].map((storageClass) => store(moved(storageClass))), [...store(), tiers({ status: "Disabled" })], [...store(), tiers({ bucket: "another" })],
      store({ LifecycleConfiguration: { rules: [{ status: "Disabled", transitions: [{ storageClass: "GLACIER" }] }, { status: "Enabled", noncurrentVersionTransitions: [{ noncurrentDays: 30, storageClass: "GLACIER" }] }] } }),
      // A log may wait for half a day.
      [...store(), setting("LifecycleConfiguration", { bucket: "logs", ...moved("GLACIER").LifecycleConfiguration })],
    ],
    broken: [
      ...["GLACIER", "DEEP_ARCHIVE"].map((storageClass): [RegExp, ...Sample[]] => [new RegExp(`moved to ${storageClass}`), ...store(moved(storageClass))]),
      ...["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"].map((accessTier): [RegExp, ...Sample[]] => [new RegExp(`moved to ${accessTier}`), ...store(), tiers({ tierings: [{ accessTier, days: 180 }] })]),
    ],
    unknown: store({ LifecycleConfiguration: { rules: [{ status: "Enabled", transitions: [{ storageClass: unknown }] }] } }),
  },
  "data-service-bound": {
    kept: [
      guest({ AWS: stranger }), [policy({ Effect: "Deny", Principal: cloudfront, Action: "s3:*", Resource: "*" })], [aws("s3/bucket", {})],
      ...[
        { StringEquals: { "AWS:SourceArn": distribution("123456789012") } }, { ArnLike: { "aws:sourcearn": "arn:aws:cloudtrail:*:123456789012:trail/*" } },
        { StringEquals: { "aws:SourceAccount": "123456789012" } }, { ArnLike: { "aws:SourceArn": "arn:aws:s3:::store" } },
        { StringEquals: { "aws:SourceAccount": ["123456789012"] }, ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
      ].map((condition) => guest(cloudfront, condition)),
    ],
    broken: [
      [/lets cloudfront.amazonaws.com in for anybody/, ...guest(cloudfront)], [/in for anybody/, aws("s3/accessPoint", { policy: document({ Effect: "Allow", Principal: cloudfront, Action: "s3:GetObject", Resource: "*" }) })],
      ...[
        { StringEquals: { "aws:Referer": "123456789012" } }, { ArnLike: { "aws:SourceArn": "arn:aws:cloudfront::*:distribution/*" } }, { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
        { StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } }, { StringNotEquals: { "aws:SourceAccount": "123456789012" } }, { StringLike: { "aws:SourceAccount": "*" } },
        { StringEquals: { "aws:SourceAccount": ["123456789012", "*"] } }, { StringEquals: { "aws:SourceAccount": [] } },
      ].map((condition): [RegExp, ...Sample[]] => [/in for anybody/, ...guest(cloudfront, condition)]),
    ],
    unknown: [aws("s3/bucketPolicy", { policy: unknown })],
  },
  "data-own-account": {
    kept: [
      ...[{ AWS: "123456789012" }, { AWS: ["arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:assumed-role/a/b"] }, { Federated: "arn:aws:iam::123456789012:saml-provider/a" }].map((who) => guest(who)),
      // Of whoever is everyone, and of a service that is let in for anybody, other rules tell.
      guest("*"), guest({ AWS: "*" }), guest(cloudfront),
      ...[{ StringEquals: { "aws:SourceArn": distribution("123456789012") } }, { StringEquals: { "aws:SourceAccount": "123456789012" } }, { StringEquals: { "aws:SourceAccount": "123456789012" }, ArnLike: { "aws:SourceArn": "arn:aws:s3:::other" } }]
        .map((condition) => guest(cloudfront, condition)),
      [aws("s3/bucket", {}, { name: "other", outputs: { arn: "arn:aws:s3:::other" } }), ...guest({ Service: "s3.amazonaws.com" }, { ArnLike: { "aws:SourceArn": "arn:aws:s3:::other" } })],
      [aws("cloudfront/originAccessIdentity", {}, { name: "oai", outputs: { iamArn: "arn:aws:iam::cloudfront:user/E1" } }), ...guest({ AWS: "arn:aws:iam::cloudfront:user/E1" })],
      [ours, policy({ Effect: "Deny", Principal: { AWS: stranger }, Action: "s3:*", Resource: "*" })],
      [ours, aws("rds/snapshot", { sharedAccounts: ["123456789012"] })], [ours, aws("rds/snapshot", {})],
      [ours, aws("kms/grant", { granteePrincipal: "arn:aws:iam::123456789012:role/a" })], [ours, aws("s3control/accessGrant", { grantee: { granteeType: "DIRECTORY_USER", granteeIdentifier: "1" } })],
      [aws("s3/bucket", {}, { name: "other", outputs: { arn: "arn:aws:s3:::other" } }), aws("s3/bucketReplicationConfig", { rules: [{ destination: { bucket: "arn:aws:s3:::other" } }] })],
    ],
    broken: [
      ...[{ AWS: "999999999999" }, { AWS: ["arn:aws:iam::123456789012:root", "arn:aws:iam::999999999999:root"] }, { AWS: stranger }, { AWS: "arn:aws-cn:iam::999999999999:role/a" }, { Federated: "arn:aws:iam::999999999999:saml-provider/a" }]
        .map((who): [RegExp, ...Sample[]] => [/lets in 999999999999/, ...guest(who)]),
      // A condition narrows, and makes nobody one's own.
      [/lets in 999999999999/, ...guest({ AWS: stranger }, { StringEquals: { "aws:PrincipalAccount": "123456789012" } })],
      ...[{ AWS: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2" }, { CanonicalUser: "79a5" }, { AWS: "AIDAQ" }, { Federated: "cognito-identity.amazonaws.com" }].map((who): [RegExp, ...Sample[]] => [/somebody of no account/, ...guest(who)]),
      ...[{ StringEquals: { "aws:SourceArn": distribution("999999999999") } }, { StringEquals: { "aws:SourceAccount": ["123456789012", "999999999999"] } }].map((condition): [RegExp, ...Sample[]] => [/lets in 999999999999/, ...guest(cloudfront, condition)]),
      [/no account/, ...guest({ Service: "s3.amazonaws.com" }, { ArnLike: { "aws:SourceArn": "arn:aws:s3:::other" } })],
      ...["kms/key", "kms/keyPolicy", "s3/bucket", "s3/accessPoint", "s3control/accessPointPolicy", "secretsmanager/secret", "secretsmanager/secretPolicy", "sqs/queuePolicy", "sns/topicPolicy", "ecr/repositoryPolicy"].map((path): [RegExp, ...Sample[]] => [/lets in 999999999999/, ours, aws(path, { policy: document({ Effect: "Allow", Principal: { AWS: stranger }, Action: "kms:*", Resource: "*" }) })]),
      // Checkov CKV_AWS_302, failing.
      ...["snapshot", "snapshotCopy", "clusterSnapshot", "clusterSnapshotCopy"].flatMap((word): [RegExp, ...Sample[]][] => [[/lets in everyone/, ours, aws(`rds/${word}`, { sharedAccounts: ["all"] })], [/999999999999/, ours, aws(`rds/${word}`, { sharedAccounts: ["999999999999"] })]]),
      [/999999999999/, ours, aws("kms/grant", { granteePrincipal: stranger })], [/999999999999/, ours, aws("kms/grant", { granteePrincipal: "arn:aws:iam::123456789012:role/a", retiringPrincipal: stranger })],
      [/999999999999/, ours, aws("s3control/accessGrant", { grantee: { granteeType: "IAM", granteeIdentifier: stranger } })],
      [/999999999999/, ours, aws("s3/bucketReplicationConfig", { rules: [{ destination: { bucket: "arn:aws:s3:::other", account: "999999999999" } }] })],
      [/no account/, ours, aws("s3/bucketReplicationConfig", { rules: [{ destination: { bucket: "arn:aws:s3:::other" } }] })],
      // A stack that has nothing to tell its account by.
      [/lets in 999999999999/, policy({ Effect: "Allow", Principal: { AWS: stranger }, Action: "s3:*", Resource: "*" })],
    ],
    unknown: [ours, aws("s3/bucketPolicy", { policy: unknown })],
  },
};
