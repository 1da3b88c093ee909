import { credentials, type ServiceError } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Context } from "./resource";

const severities = { info: LogSeverity.INFO, warning: LogSeverity.WARNING, error: LogSeverity.ERROR };

/** Sends log lines to the engine one after another, since the engine handles calls concurrently. */
export class EngineLog {
  private client: EngineClient | undefined;
  private address = "";
  private last: Promise<void> = Promise.resolve();

  /** Connects to the engine that receives lines from now on. */
  connect(address: string): void {
    if (address === this.address) return;
    this.close();
    this.address = address;
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  /** The log of one resource. */
  for(urn: string): Context["log"] {
    return (message, options) => {
      const request = new LogRequest();
      request.setUrn(urn);
      request.setMessage(message);
      request.setSeverity(severities[options?.severity ?? "info"]);
      request.setEphemeral(options?.ephemeral ?? false);
      this.last = this.last.then(() => this.send(request));
    };
  }

  /** Resolves when all logged lines have arrived. */
  flush(): Promise<void> {
    return this.last;
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
    this.address = "";
  }

  /** A line that does not arrive is lost: an engine that has exited has no reader either. */
  private send(request: LogRequest): Promise<void> {
    const client = this.client;
    if (!client) return Promise.resolve();
    return new Promise((resolve) => client.log(request, (_: ServiceError | null) => resolve()));
  }
}
