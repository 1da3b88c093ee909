import type { Rule } from "../rule";

const proxy = "aws:rds/proxy:Proxy";

const instance = "aws:rds/instance:Instance";
const globalCluster = "aws:rds/globalCluster:GlobalCluster";

const forces = ["rds.force_ssl", "require_secure_transport"];

const rdsTls: Rule = {
  name: "rds-tls",
  types: [proxy, "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"],
  chapter: "Data",
  severity: "high",
  demands: "An RDS database accepts only TLS connections.",
  wrong: "Anyone on the network path can read the password and the data.",
  fix: "remove rds.force_ssl and require_secure_transport, or set them to 1; set requireTls: true on a proxy.",
  answers: [],
  *check({ requireTls, parameters }, { type }) {
    if (type === proxy && !requireTls) yield "requireTls is off";
    for (const { name, value } of parameters ?? []) if (forces.includes(name) && /^(0|off|false)$/i.test(value)) yield `${name} is off`;
  },
};

const rdsClosed: Rule = {
  name: "rds-closed",
  types: [instance, "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance", globalCluster],
  chapter: "Data",
  severity: "high",
  demands: "An RDS database is private, encrypted, backed up for a week or longer, and cannot be deleted by accident.",
  wrong: "The internet can try its password, a copied disk can be read, or a mistake cannot be reversed.",
  fix: "set publiclyAccessible: false, storageEncrypted: true, backupRetentionPeriod: 7 or more, deletionProtection: true, remove skipFinalSnapshot, and let RDS keep the password (manageMasterUserPassword).",
  answers: ["CKV_AWS_16", "CKV_AWS_17", "CKV_AWS_96", "CKV_AWS_133", "CKV_AWS_139", "CKV_AWS_140", "CKV_AWS_293", "AWS-0077", "AWS-0079", "AWS-0080", "AWS-0180", "CIS 2.2.1", "CIS 2.2.3"],
  *check(inputs, { type, settings }) {
    if (inputs.publiclyAccessible) yield "publiclyAccessible is on";
    if (type === "aws:rds/clusterInstance:ClusterInstance") return; // the rest is its cluster's
    // These have what their source has.
    const replica = inputs.replicateSourceDb !== undefined || inputs.sourceDbClusterIdentifier !== undefined;
    if (!inputs.storageEncrypted && !replica) yield "storageEncrypted is off";
    if (type !== globalCluster && (inputs.backupRetentionPeriod ?? (type === instance ? 0 : 1)) < 7 && !replica) yield "backups are kept for less than a week";
    if (!inputs.deletionProtection && !settings.throwaway) yield "deletionProtection is off";
    if (inputs.skipFinalSnapshot && !replica && !settings.throwaway) yield "skipFinalSnapshot is on: its last data is lost when it is deleted";
    if ("password" in inputs || "masterPassword" in inputs) yield "its password is an input, and so part of the stack's state";
  },
};

export const rdsRules: Rule[] = [rdsClosed, rdsTls];
