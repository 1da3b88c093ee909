import * as z from "zod";
import { group, key } from "./doc";
import { httpsUrlFault, list, mailPorts, pattern, resizing, serverFault, sizeWith, text, whole } from "./formats";

const percentage = /^[1-9]\d(\.\d{1,3})?$/;
const address = () => z.email("is not an e-mail address");

/** What is measured, what is promised, and who is told. */
export const monitoring = z.object({
  monitorSize: key(sizeWith(1024).default("s-1vcpu-2gb"), {
    description: `Size of the machine that monitors the others. ${resizing("the machine")}`,
    allowed: "a DigitalOcean size with at least 1024 MiB",
    example: "s-1vcpu-2gb",
  }),
  monitoring: group(z.object({
    scrapeSeconds: key(whole(5, 60).default(15), {
      description: "How often metrics are collected from every machine, in seconds.",
      allowed: "a whole number from 5 to 60",
      example: "15",
    }),
    probeSeconds: key(whole(10, 300).default(60), {
      description: "How often the monitor requests the API's health check by its public name, in seconds. Each request occupies one gunicorn worker for a second or two.",
      allowed: "a whole number from 10 to 300",
      example: "60",
    }),
    retentionDays: key(whole(1, 365).default(30), {
      description: "How long metrics are kept, in days.",
      allowed: "a whole number from 1 to 365",
      example: "30",
    }),
    retentionGiB: key(whole(1, 1000).default(10), {
      description: "How much of the monitor's disk metrics may use, in GiB; above it the oldest are deleted earlier.",
      allowed: "a whole number from 1 to 1000, at most half of the disk of `monitorSize`",
      example: "10",
    }),
    // A number in the file is meant as it is written.
    availabilityObjective: key(z.preprocess((value) => (typeof value === "number" ? String(value) : value),
      pattern(percentage, "is not a percentage below 100")).default("99.5"), {
      description: "Share of requests that must succeed within 30 days, in percent. Alerts report how fast the rest, the error budget, is used up.",
      allowed: "a percentage from 10 to 99.999",
      example: "99.5",
    }),
  }).prefault({}), {
    description: "How the stack is monitored.",
  }),
  alerts: group(z.object({
    runbook: key(text(httpsUrlFault).optional(), {
      description: "URL where your team reads docs/alerts.md: every alert links to its section there. Required as soon as alerts have a receiver.",
      allowed: "an https URL",
      example: "https://<your wiki>/alerts.md",
    }),
    patiencePercent: key(whole(1, 1000).default(100), {
      description: "How long a condition must hold before an alert fires, in percent of each rule's own time. Use less than 100 only in tests.",
      allowed: "a whole number from 1 to 1000",
      example: "100",
    }),
    heartbeatSeconds: key(whole(5, 3600).default(60), {
      description: "How often the monitor posts to `deadMansSwitchUrl`, in seconds.",
      allowed: "a whole number from 5 to 3600",
      example: "60",
    }),
    cloudEmails: key(list(address()).default([]), {
      description: "E-mail addresses for DigitalOcean's own checks, which run outside the stack: the API's URL and certificate, and every machine's disk, memory and "
        + "processor. Only addresses that its team has verified.",
      allowed: "a list of e-mail addresses",
      example: "operations@<your domain>",
    }),
    telegramChatId: key(pattern(/^-?[1-9]\d{0,14}$/, "is not a chat's number").optional(), {
      description: "Telegram chat that receives alerts. The bot's token is the secret `alertTelegramToken`.",
      allowed: "a chat's number, in quotes; a group's is negative",
      example: "-<group number>",
      concealed: true,
    }),
    email: group(z.object({
      to: key(address(), { description: "Address that receives alerts.", allowed: "an e-mail address", example: "operations@<your domain>" }),
      from: key(address(), { description: "The sender's address.", allowed: "an e-mail address", example: "alerts@<your domain>" }),
      server: key(text(serverFault), {
        description: `The mail server, reached with STARTTLS. ${mailPorts}`, allowed: "host:port", example: "smtp.<your domain>:2525",
      }),
      username: key(pattern(/^\S{1,255}$/, "has spaces in it"), {
        description: "User name at the mail server. Its password is the secret `alertEmailPassword`.", allowed: "a name without spaces", example: "alerts@<your domain>",
      }),
    }).optional(), {
      description: "Alerts by e-mail.",
    }),
  }).prefault({}), {
    description: "When and where alerts are sent. Receivers whose address is itself a secret are `alertWebhookUrl` and `alertSlackUrl`.",
  }),
});
