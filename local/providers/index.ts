import { aws } from "./aws";
import { command } from "./command";
import { digitalocean } from "./digitalocean";
import { random } from "./random";
import type { ProviderModel } from "./resource";
import { tls } from "./tls";

/** The stand-ins that the engine attaches to. */
export const providers: ProviderModel[] = [aws, digitalocean, random, tls, command];
