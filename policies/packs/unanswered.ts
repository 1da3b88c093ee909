/** Rules of other packs that none of ours answers, and why. */
const live = "it is about what happens in a running account, which no program declares: AWS's credential report tells it";
const root = "the root user is nobody's resource: its second factor is set by hand, once";
const inline = "an inline policy goes away with the one identity that it is for; this program shares none between identities";
const mfaDelete = "only the root user can set MFA delete, with a code in hand; Object Lock keeps versions from everybody (s3-undeletable)";
const dataEvents = "a trail is the account's, not a stack's; who read or wrote is in the bucket's access logs (s3-complete)";
const support = "it is about whom a company lets write to AWS Support, and deprecated";

export const unanswered: Record<string, string> = {
  CKV2_AWS_62: "nothing here waits for an object to appear; that backups stop is noticed by their age",
  CKV2_AWS_64: "without a policy of its own a key is left to IAM, where permissions are judged; one that is set is judged (iam-public-principal)",
  CKV_AWS_144: "the buckets are the copy in another provider already",
  CKV_AWS_273: "the one user is a machine outside AWS, which has no role to assume; people's passwords are refused (iam-console)",
  "AWS-0123": "groups here hold machines, which have no second factor; people's passwords are refused (iam-console)",
  "AWS-0140": live, "AWS-0142": root, "AWS-0144": live, "AWS-0146": `${live}; \`make rotate-backup-key\` makes a new key`, "AWS-0165": root, "AWS-0166": live, "AWS-0168": live, "AWS-0169": support,
  "AWS-0170": mfaDelete, "AWS-0171": dataEvents, "AWS-0172": dataEvents,
  "iam-ec2-role-without-instances": live,
  "iam-group-with-inline-policies": inline, "iam-role-with-inline-policies": inline,
  "iam-lightspin-user-action-denied-for-group": "a denial is never counted as one here unless it is on everything (backup-writer)",
  "iam-managed-policy-no-attachments": "a policy that nobody has gives nobody anything",
  "iam-no-support-role": support,
  "iam-root-account-no-hardware-mfa": root, "iam-root-account-no-mfa": root, "iam-root-account-used-recently": live, "iam-root-account-with-active-certs": live,
  "iam-unused-credentials-not-disabled": live, "iam-user-no-key-rotation": `${live}; \`make rotate-backup-key\` makes a new key`, "iam-user-unused-access-key-initial-setup": live,
  "s3-bucket-no-mfa-delete": mfaDelete,
};
