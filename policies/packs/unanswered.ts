/** Rules of other packs that none of ours answers, and why. */
const live = "it concerns a running account, which no program declares: see AWS's credential report";
const root = "the root user is not a resource: its second factor is set by hand, once";
const inline = "an inline policy is deleted with its identity; this program shares no policy between identities";
const mfaDelete = "only the root user can enable MFA delete; Object Lock protects versions from everybody (s3-undeletable)";
const dataEvents = "a trail belongs to the account, not to a stack; reads and writes are in the bucket's access logs (s3-complete)";
const support = "it concerns who may contact AWS Support, and is deprecated";

export const unanswered: Record<string, string> = {
  CKV2_AWS_62: "nothing here reacts to new objects; alerts watch the backups' age",
  CKV2_AWS_64: "without a key policy IAM applies, whose permissions are checked; a key policy is checked too (iam-public-principal)",
  CKV_AWS_144: "the buckets already are the copy at another provider",
  CKV_AWS_273: "the one user is a machine outside AWS, which has no role to assume; people's passwords are refused (iam-console)",
  "AWS-0123": "groups here hold machines, which have no second factor; people's passwords are refused (iam-console)",
  "AWS-0140": live, "AWS-0142": root, "AWS-0144": live, "AWS-0146": `${live}; \`make rotate-backup-key\` creates a new key`, "AWS-0165": root, "AWS-0166": live, "AWS-0168": live, "AWS-0169": support,
  "AWS-0170": mfaDelete, "AWS-0171": dataEvents, "AWS-0172": dataEvents,
  "iam-ec2-role-without-instances": live,
  "iam-group-with-inline-policies": inline, "iam-role-with-inline-policies": inline,
  "iam-lightspin-user-action-denied-for-group": "a denial counts here only if it applies to everything (backup-writer)",
  "iam-managed-policy-no-attachments": "an unattached policy grants nothing",
  "iam-no-support-role": support,
  "iam-root-account-no-hardware-mfa": root, "iam-root-account-no-mfa": root, "iam-root-account-used-recently": live, "iam-root-account-with-active-certs": live,
  "iam-unused-credentials-not-disabled": live, "iam-user-no-key-rotation": `${live}; \`make rotate-backup-key\` creates a new key`, "iam-user-unused-access-key-initial-setup": live,
  "s3-bucket-no-mfa-delete": mfaDelete,
};
