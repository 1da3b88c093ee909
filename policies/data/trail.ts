import type { TrailArgs } from "@pulumi/aws/cloudtrail";
import type { Unwrap } from "@pulumi/pulumi";
import { ruleFor } from "../rule";
import { isOwnKey } from "./own-account";

/** Whether a trail's selectors, where it has some, still select every management event. */
function recordsAll({ eventSelectors = [], advancedEventSelectors = [] }: Pick<Unwrap<TrailArgs>, "eventSelectors" | "advancedEventSelectors">): boolean {
  const whole = eventSelectors.some(({ includeManagementEvents, readWriteType, excludeManagementEventSources }) =>
    includeManagementEvents !== false && (readWriteType ?? "All") === "All" && (excludeManagementEventSources ?? []).length === 0);
  const wholeToo = advancedEventSelectors.some(({ fieldSelectors }) => fieldSelectors.length === 1 && fieldSelectors[0].field === "eventCategory" && fieldSelectors[0].equals?.join() === "Management");
  return eventSelectors.length + advancedEventSelectors.length === 0 || whole || wholeToo;
}

export const trail = ruleFor<TrailArgs>("aws:cloudtrail/trail:Trail", {
  name: "trail-whole",
  chapter: "Data",
  severity: "high",
  demands: "A CloudTrail trail is on, records every region and IAM, is encrypted, and detects changes to its log files.",
  wrong: "An intruder can work in a region that is not recorded, or remove the traces from the log.",
  fix: "set isMultiRegionTrail and enableLogFileValidation to true and kmsKeyId to a key of this stack; remove enableLogging and includeGlobalServiceEvents; let one of its eventSelectors or advancedEventSelectors, if there are any, select all management events.",
  answers: ["CKV_AWS_35", "CKV_AWS_36", "CKV_AWS_67", "CKV_AWS_251", "AWS-0014", "AWS-0015", "AWS-0016", "CIS 3.1", "CIS 3.2", "CIS 3.5"],
  *check(inputs) {
    const { enableLogging, isMultiRegionTrail, includeGlobalServiceEvents, enableLogFileValidation, kmsKeyId } = inputs;
    if (!recordsAll(inputs)) yield "it does not record every management event";
    if (enableLogging === false) yield "enableLogging is off";
    if (!isMultiRegionTrail) yield "it records one region only";
    if (includeGlobalServiceEvents === false) yield "it does not record IAM";
    if (!enableLogFileValidation) yield "enableLogFileValidation is off";
    if (!isOwnKey(kmsKeyId)) yield "it is encrypted with a key that is not of this stack";
  },
});
